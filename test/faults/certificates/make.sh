#!/bin/sh
# Makes the certificates of test/faults/table-tls.test.ts anew, in this folder: good for a hundred years, but for
# the one that has expired already. Their keys protect nothing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cd "$work"

cat > config <<'END'
[ca]
default_ca = test
[test]
database = index
new_certs_dir = .
default_md = sha256
policy = names
rand_serial = yes
[names]
commonName = supplied
[req]
distinguished_name = none
[none]
END
: > index

# name, issuer, extension, end of its time
issue() {
  openssl ecparam -name prime256v1 -genkey -noout -out "$here/$1.key.pem"
  printf '[%s]\n%s\n' "extension-$1" "$3" >> config
  openssl req -config config -new -key "$here/$1.key.pem" -subj "/CN=idpatch test $1" -out "$1.csr"
  openssl ca -config config -batch -notext -startdate 20200101000000Z -enddate "$4" \
    -extensions "extension-$1" -in "$1.csr" -out "$here/$1.pem" -keyfile "$here/$2.key.pem" \
    $(if [ "$1" = "$2" ]; then echo -selfsign; else echo "-cert $here/$2.pem"; fi)
}

names='subjectAltName=DNS:localhost,IP:127.0.0.1'
issue authority authority 'basicConstraints=critical,CA:TRUE' 21200101000000Z
issue good authority "$names" 21200101000000Z
issue wrong-host authority 'subjectAltName=DNS:other.example,IP:192.0.2.1' 21200101000000Z
issue expired authority "$names" 20200201000000Z
issue self-signed self-signed "$names" 21200101000000Z
rm "$here/authority.key.pem"
