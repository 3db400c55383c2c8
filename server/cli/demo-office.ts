/** The example organization: two sites, twelve people, a phone of every family. What the API is sent, in order. */
export interface DemoOffice {
  readonly sites: readonly { readonly id: string; readonly name: string; readonly settings: Record<string, unknown> }[];
  readonly people: readonly { readonly extension: string; readonly displayName: string }[];
  readonly devices: readonly {
    readonly mac: string;
    readonly model: string;
    readonly site: string;
    readonly lines: readonly string[];
    readonly keys?: readonly object[];
    readonly label?: string;
  }[];
}

const people = [
  ["9721", "Ana Horvat"],
  ["9722", "Ivan Kovačević"],
  ["9723", "Zoë O’Neil & Sons"],
  ["9724", "Marko Babić"],
  ["9725", "Petra Novak"],
  ["9726", "Luka Marić"],
  ["8101", "Νίκος Παπαδόπουλος"],
  ["8102", "Ελένη Γεωργίου"],
  ["8103", "Γιώργος <Support>"],
  ["8104", "Maria Kostaki"],
  ["8105", "Reception"],
  ["8106", "Fax"],
] as const;

export const demoOffice: DemoOffice = {
  sites: [
    {
      id: "zagreb",
      name: "Zagreb",
      settings: { "time.zone": "Europe/Zagreb", "phone.language": "hr", "time.ntp": "ntp.example.com" },
    },
    {
      id: "athens",
      name: "Athens",
      settings: { "time.zone": "Europe/Athens", "phone.language": "el", "time.ntp": "ntp.example.com" },
    },
  ],
  people: people.map(([extension, displayName]) => ({ extension, displayName })),
  devices: [
    {
      mac: "00:56:2b:04:36:15",
      model: "cisco/8851-3pcc",
      site: "zagreb",
      lines: ["9721"],
      keys: busyLamps(["9722", "9723"], 2),
      label: "Ana",
    },
    {
      mac: "00:56:2b:04:36:16",
      model: "cisco/8851-3pcc",
      site: "zagreb",
      lines: ["9722"],
      keys: busyLamps(["9721"], 2),
    },
    { mac: "a4:b4:39:d2:c0:01", model: "cisco/9861", site: "zagreb", lines: ["9723", "9724"] },
    { mac: "a4:b4:39:d2:c0:02", model: "cisco/9861", site: "athens", lines: ["8101"] },
    {
      mac: "00:17:21:82:05:42",
      model: "cisco/8851",
      site: "zagreb",
      lines: ["9725"],
      keys: busyLamps(["9721", "9722"], 2),
    },
    { mac: "00:17:21:82:05:43", model: "cisco/8851", site: "athens", lines: ["8102"] },
    { mac: "00:0e:84:ab:cd:01", model: "cisco/7960", site: "zagreb", lines: ["9726"], label: "Workshop" },
    { mac: "00:0e:84:ab:cd:02", model: "cisco/7960", site: "athens", lines: ["8104"] },
    { mac: "88:43:e1:57:dd:01", model: "cisco/spa504g", site: "athens", lines: ["8103"] },
    {
      mac: "88:43:e1:57:dd:02",
      model: "cisco/spa504g",
      site: "athens",
      lines: ["8105"],
      keys: busyLamps(["8101", "8102"], 2),
      label: "Lobby",
    },
    { mac: "a0:f8:49:11:22:33", model: "cisco/ata192", site: "athens", lines: ["8106"], label: "Fax" },
  ],
};

function busyLamps(extensions: readonly string[], first: number): object[] {
  return extensions.map((line, index) => ({ position: first + index, type: "blf", target: { line } }));
}
