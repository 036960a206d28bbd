import { descope } from './descope/index.ts';
import { eiamDeveloper } from './eiam-developer/index.ts';
import { eiamManagement } from './eiam-management/index.ts';
import type { ProviderModule } from './provider.ts';

/** Every provider, in the order of GraphQL's ProviderKind. */
export const providers: readonly ProviderModule[] = [eiamDeveloper, eiamManagement, descope];
