import type { DeskFacts, LeftOut } from "./mapping/scope.ts";
import type { FamilyProfile, ModelProfile } from "./model.ts";
import type { Parameters } from "./parameters.ts";
import type { ResolvedSettings } from "./settings.ts";
import type { OwnTemplates } from "./template.ts";

/** A device's facts with the parameters made of them. Holds secrets in the clear: never log or send it. */
export interface MappedDesk extends DeskFacts {
  readonly parameters: Parameters;
  readonly leftOut: readonly LeftOut[];
  /** Digest of the parameters and of the layout of the files they go into. */
  readonly digest: string;
}

/** What every phone of a model gets, whoever it is. */
export interface ModelDesk {
  readonly model: ModelProfile;
  readonly family: FamilyProfile;
  readonly parameters: Parameters;
  readonly own?: OwnTemplates;
}

/** What companions for any phone of a family are made of. */
export interface CommonDesk {
  readonly settings: ResolvedSettings;
  readonly own?: OwnTemplates;
}
