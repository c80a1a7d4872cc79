#!/bin/sh
# Makes certificates for development: an authority, a server certificate for this machine, and one
# client certificate for each role. Not for production: the authority's key lies beside them.
#
#   scripts/dev_certs.sh DIR [RESOURCE]     RESOURCE defaults to operators/demo
#
# What exists is kept, so running it again is quick and changes nothing.
set -eu

if [ $# -lt 1 ] || [ $# -gt 2 ]; then
  echo "usage: $0 DIR [RESOURCE]" >&2
  exit 2
fi
dir=$1
resource=${2:-operators/demo}
days=365
mkdir -p "$dir"
umask 077

new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }

# issue NAME EXTENSIONS: a key and a certificate signed by the authority.
issue() {
  if [ -s "$dir/$1.crt" ] && [ -s "$dir/$1.key" ]; then return; fi
  new_key "$dir/$1.key"
  openssl req -new -key "$dir/$1.key" -subj "/CN=facegate $1" -out "$dir/$1.csr"
  printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n%b' "$2" \
    > "$dir/$1.ext"
  openssl x509 -req -in "$dir/$1.csr" -CA "$dir/ca.crt" -CAkey "$dir/ca.key" -days $days \
    -set_serial "0x$(openssl rand -hex 16)" -extfile "$dir/$1.ext" -out "$dir/$1.crt" 2>/dev/null
  rm -f "$dir/$1.csr" "$dir/$1.ext"
}

if [ ! -s "$dir/ca.crt" ] || [ ! -s "$dir/ca.key" ]; then
  new_key "$dir/ca.key"
  openssl req -x509 -new -key "$dir/ca.key" -subj "/CN=facegate development CA" -days $days \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" \
    -out "$dir/ca.crt"
  # Certificates of an older authority are of no use with this one.
  rm -f "$dir/server.crt" "$dir"/camera.crt "$dir"/controller.crt "$dir"/enroller.crt \
    "$dir"/operator.crt "$dir"/auditor.crt "$dir"/viewer.crt "$dir"/resolver.crt
fi

issue server \
  'extendedKeyUsage=serverAuth\nsubjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\n'
for role in camera controller enroller operator auditor viewer resolver; do
  issue "$role" \
    "extendedKeyUsage=clientAuth\nsubjectAltName=URI:urn:facegate:$role:$resource\n"
done
echo "$dir: ca.crt server.crt camera.crt controller.crt enroller.crt operator.crt auditor.crt" \
  "viewer.crt resolver.crt" \
  "for $resource"
