// Starts the worker from its source, as tests and `npm run dev` do. What is built starts sandbox-worker.js itself.
import { register } from "tsx/esm/api";

register();
await import("./sandbox-worker.ts");
