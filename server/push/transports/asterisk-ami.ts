import type { CreatePushTransport } from "../../domain/push.ts";
import { createAmiTransport } from "../ami/ami-transport.ts";

const createTransport: CreatePushTransport = (parts) => createAmiTransport(parts);
export default createTransport;
