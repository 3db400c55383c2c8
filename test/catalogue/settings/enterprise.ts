import { callReadings } from "./enterprise-calls.ts";
import { phoneReadings } from "./enterprise-phone.ts";
import { sipReadings } from "./enterprise-sip.ts";
import type { KeyReading, Reading } from "./reading.ts";

export const readings: readonly Reading[] = [...sipReadings, ...callReadings, ...phoneReadings];

const first = (name: string) => `device/sipProfile/sipLines/line[button=1]${name}`;
const second = (name: string) => `device/sipProfile/sipLines/line[button=2]${name}`;
const onKeyTwo = { position: 2 } as const;

/** Codes of usecallmanager.nz, line-keys; 8851 unless the key is for the 79xx alone. */
const codes: readonly KeyReading[] = [
  {
    key: { position: 1, type: "line", target: { line: "9721" }, label: "Desk" },
    model: "cisco/8851",
    reads: {
      [first("@lineIndex")]: "1",
      [first("/featureID")]: "9",
      [first("/featureLabel")]: "Desk",
      [first("/name")]: "9721",
      [first("/displayName")]: "Zoe Novak",
      [first("/authName")]: "9721",
      [first("/authPassword")]: "Xy7kQm2RtVb9LpZw4NcHd6Sf",
      [first("/contact")]: "9721",
      [first("/sharedLine")]: "false",
    },
  },
  {
    key: { position: 1, type: "shared-line", target: { line: "9721" } },
    model: "cisco/8851",
    reads: { [first("@lineIndex")]: "1", [first("/featureID")]: "9", [first("/sharedLine")]: "true" },
  },
  {
    key: { ...onKeyTwo, type: "speed-dial", target: { number: "0038514567890" }, label: "Taxi" },
    model: "cisco/8851",
    reads: {
      [second("@lineIndex")]: undefined,
      [second("/featureID")]: "2",
      [second("/featureLabel")]: "Taxi",
      [second("/speedDialNumber")]: "0038514567890",
      [second("/featureOptionMask")]: undefined,
    },
  },
  {
    key: { ...onKeyTwo, type: "blf", target: { line: "9722" } },
    model: "cisco/8851",
    reads: {
      [second("/featureID")]: "21",
      [second("/featureLabel")]: "Ivan Horvat",
      [second("/speedDialNumber")]: "9722",
      [second("/featureOptionMask")]: "1",
    },
  },
  {
    key: { ...onKeyTwo, type: "blf", target: { line: "9722" } },
    model: "cisco/8851",
    also: { "blf.pickup": false },
    reads: { [second("/featureID")]: "21", [second("/featureOptionMask")]: "0" },
  },
  {
    key: { ...onKeyTwo, type: "park", target: { number: "701" }, label: "Park 1" },
    model: "cisco/8851",
    also: { "codes.unpark": "*86" },
    reads: {
      [second("/featureID")]: "22",
      [second("/speedDialNumber")]: "701",
      [second("/contact")]: "701",
      [second("/retrievalPrefix")]: "*86",
    },
  },
  {
    key: { ...onKeyTwo, type: "park", target: { number: "701" } },
    model: "cisco/7965",
    reads: { [second("/featureID")]: "22", [second("/retrievalPrefix")]: "" },
  },
  {
    key: { ...onKeyTwo, type: "intercom", target: { number: "9722" }, label: "Shop" },
    model: "cisco/8851",
    also: { "call.intercomCode": "*80" },
    reads: { [second("/featureID")]: "2", [second("/speedDialNumber")]: "*809722" },
  },
  { key: { ...onKeyTwo, type: "dnd" }, model: "cisco/8851", reads: { [second("/featureID")]: "130" } },
  { key: { ...onKeyTwo, type: "acd" }, model: "cisco/8851", reads: { [second("/featureID")]: "139" } },
  {
    key: { ...onKeyTwo, type: "service", target: { url: "http://pbx.example.com/weather" }, label: "Weather" },
    model: "cisco/8851",
    reads: {
      [second("/featureID")]: "20",
      [second("/featureLabel")]: "Weather",
      [second("/serviceURI")]: "http://pbx.example.com/weather",
      [second("/secureServiceURI")]: undefined,
    },
  },
  {
    key: { ...onKeyTwo, type: "service", target: { url: "https://pbx.example.com/weather" } },
    model: "cisco/8851",
    reads: {
      [second("/serviceURI")]: undefined,
      [second("/secureServiceURI")]: "https://pbx.example.com/weather",
    },
  },
  { key: { ...onKeyTwo, type: "forward" }, model: "cisco/7965", reads: { [second("/featureID")]: "5" } },
  { key: { ...onKeyTwo, type: "mwi" }, model: "cisco/7965", reads: { [second("/featureID")]: "194" } },
  { key: { ...onKeyTwo, type: "directory" }, model: "cisco/7965", reads: { [second("/featureID")]: "195" } },
  { key: { ...onKeyTwo, type: "dnd" }, model: "cisco/7965", reads: { [second("/featureID")]: "130" } },
];

/** A module's keys go on where the phone's own end. */
const onModules: readonly KeyReading[] = [
  {
    key: { module: 1, position: 3, type: "blf", target: { line: "9722" } },
    model: "cisco/8851",
    modules: ["BEKEM"],
    reads: {
      "device/sipProfile/sipLines/line[button=8]/featureID": "21",
      "device/addOnModules/addOnModule[idx=1]/deviceType": "BEKEM",
      "device/addOnModules/addOnModule[idx=1]/deviceLine": "36",
    },
  },
];

export const keyReadings: readonly KeyReading[] = [...codes, ...onModules];
