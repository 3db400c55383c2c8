import { describeMixed } from "./mixed.ts";

describeMixed(1);
