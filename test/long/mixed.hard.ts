import { describeMixed } from "./mixed.ts";

describeMixed(10);
