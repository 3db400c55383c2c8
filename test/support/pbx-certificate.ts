/** A PBX's own certificate for pbx.example, signed by itself and valid until 2120, as PBXs are shipped with; its key guards nothing. */
export const pbxCertificate = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgEebJMi3mJhOs2PIH
F91kbb5tyNBq61fl5ujp5Q52InKhRANCAAQzdsh1znNnsvlrjo22u/AUDp41SpqG
ww4CWEwUq2pEQq6G1GKxYbN9RURyT/nXLXJOuFGfFKSqGUz2hZ7oiQT7
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBZzCCAQ2gAwIBAgIBATAKBggqhkjOPQQDAjAWMRQwEgYDVQQDDAtwYnguZXhh
bXBsZTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFjEUMBIGA1UE
AwwLcGJ4LmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQzdsh1znNn
svlrjo22u/AUDp41SpqGww4CWEwUq2pEQq6G1GKxYbN9RURyT/nXLXJOuFGfFKSq
GUz2hZ7oiQT7o0owSDAWBgNVHREEDzANggtwYnguZXhhbXBsZTAPBgNVHRMBAf8E
BTADAQH/MB0GA1UdDgQWBBTYKX/tvt74V9N/E+DVNoCjFyphEDAKBggqhkjOPQQD
AgNIADBFAiEAq2I9QMcZKOtyecaakUbW/bprLSzVr1JBX7fgMriOWAcCIBWgi3j+
rIDrYUuRDi309Qw6clI71OngRZLSigXZNaRz
-----END CERTIFICATE-----
`,
};

/** SHA-256, as openssl prints it. */
export const pbxFingerprint =
  "EF:7F:9F:20:E3:C1:40:51:32:68:B4:C8:57:6B:FF:A9:43:81:CB:E8:EB:2A:CA:26:8B:CC:0C:AD:DA:4B:A6:21";
