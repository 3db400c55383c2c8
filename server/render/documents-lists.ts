import { create } from "xmlbuilder2";

/** Rings and pictures in a list that a phone shows (cisco.md C.1, companion files). */
const mostListed = 50;
const longestRingName = 25;

/** `Ringlist.xml`, `Ringlist-wb.xml`: the rings on the shelf with this ending. */
export function ringListXml(shelf: readonly string[], ending: ".raw" | ".rwb"): string {
  const root = create({ version: "1.0", encoding: "UTF-8" }).ele("CiscoIPPhoneRingList");
  for (const file of rings(shelf, ending)) {
    const ring = root.ele("Ring");
    ring.ele("DisplayName").txt(displayName(file));
    ring.ele("FileName").txt(file);
  }
  return root.end({ prettyPrint: true });
}

/** `RINGLIST.DAT` of the 7940 and 7960. */
export function ringListText(shelf: readonly string[]): string {
  return rings(shelf, ".raw")
    .map((file) => `${displayName(file)}\t${file}\n`)
    .join("");
}

/** By their own names: the shelf finds a file by its name as well as by its path. */
function rings(shelf: readonly string[], ending: string): readonly string[] {
  const names = shelf
    .filter((path) => path.toLowerCase().endsWith(ending))
    .map((path) => path.slice(path.lastIndexOf("/") + 1));
  return names.filter((name) => name.length <= longestRingName).slice(0, mostListed);
}

function displayName(file: string): string {
  return file.replace(/\.[^.]*$/, "");
}

/** A small picture for the list bears its size: `Lake_139x109.png` beside `Lake.png`, as in usecallmanager's tftpboot. */
const preview = /_\d+x\d+\.png$/i;

/**
 * `Desktops/<width>x<height>x<depth>/List.xml`: the PNG pictures that lie in the same folder of the shelf, each with
 * its small one where there is one. The phone takes the scheme TFTP only, and fetches over HTTP all the same.
 */
export function wallpaperListXml(shelf: readonly string[], folder: string): string {
  const begin = `${folder.toLowerCase()}/`;
  const here = shelf.filter(
    (path) => path.toLowerCase().startsWith(begin) && /^[^/]+\.png$/i.test(path.slice(begin.length)),
  );
  const small = new Map(here.filter((path) => preview.test(path)).map((path) => [path.replace(preview, ""), path]));
  const root = create({ version: "1.0", encoding: "UTF-8" }).ele("CiscoIPPhoneImageList");
  for (const path of here.filter((each) => !preview.test(each)).slice(0, mostListed)) {
    const shown = small.get(path.replace(/\.png$/i, "")) ?? path;
    root.ele("ImageItem", { Image: `TFTP:${shown}`, URL: `TFTP:${path}` });
  }
  return root.end({ prettyPrint: true });
}
