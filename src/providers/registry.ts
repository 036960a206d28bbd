import { descope } from './descope/index.ts';
import { eiamDeveloper } from './eiam-developer/index.ts';
import { eiamManagement } from './eiam-management/index.ts';

/** Every provider, by its name in the configuration. */
export const providers = {
  'eiam-developer': eiamDeveloper,
  'eiam-management': eiamManagement,
  descope,
};
