import type { CreatePushTransport } from "../../domain/push.ts";
import { createEslTransport } from "../esl/esl-transport.ts";

const createTransport: CreatePushTransport = (parts) => createEslTransport(parts);
export default createTransport;
