import type { CreatePushTransport } from "../../domain/push.ts";
import { createKamailioTransport } from "../kamailio/kamailio-transport.ts";

const createTransport: CreatePushTransport = (parts) => createKamailioTransport(parts);
export default createTransport;
