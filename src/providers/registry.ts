import { descope } from './descope/index.ts';
import { eiamDeveloper } from './eiam-developer/index.ts';
import { eiamManagement } from './eiam-management/index.ts';

/** Every provider, by the name that configuration gives it. Adding one is a folder and a line here. */
export const providers = {
  'eiam-developer': eiamDeveloper,
  'eiam-management': eiamManagement,
  descope,
};
