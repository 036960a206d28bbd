#!/usr/bin/env bash
# Question: is isPossible() of libphonenumber-js lenient enough to guard what a user directory may hold?
# Usual guess: yes. It only compares the length, so a number that was right when it was stored stays possible; isValid()
#   is the strict one.
# What happens: when a country lengthens or shortens its numbers, the lengths of before are dropped from the metadata at
#   once. Numbers of the plans of Benin until 2024, of Ivory Coast until 2021 and of Mexico's mobiles until 2019 are parsed,
#   keep their text in a round trip, and are "not possible"; those of the new plans are. Seen with libphonenumber-js 1.13.16.
# Who is hurt: whoever checks a profile before saving it: people who never changed their number can no longer save
#   anything, and after an update of the library alone. And the other way round: with metadata of before the change, all
#   new numbers are refused.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund libphonenumber-js@1.13.16
cat >try.mjs <<'JS'
import { parsePhoneNumberFromString } from 'libphonenumber-js';

// Invented numbers of each plan's form.
const numbers = {
  'Benin until 2024': '+22985751234',
  'Benin since': '+2290185751234',
  'Ivory Coast until 2021': '+22507080910',
  'Ivory Coast since': '+2250707080910',
  'Mexican mobile until 2019': '+5215512345678',
  'Mexican mobile since': '+525512345678',
};
for (const [plan, number] of Object.entries(numbers)) {
  const parsed = parsePhoneNumberFromString(number);
  console.log(`${plan}: round trip ${parsed?.number === number}, possible ${parsed?.isPossible()}`);
}
JS
seen=$(node try.mjs)
echo "libphonenumber-js 1.13.16"
echo "$seen"
expected='Benin until 2024: round trip true, possible false
Benin since: round trip true, possible true
Ivory Coast until 2021: round trip true, possible false
Ivory Coast since: round trip true, possible true
Mexican mobile until 2019: round trip true, possible false
Mexican mobile since: round trip true, possible true'
if [ "$seen" != "$expected" ]; then
  echo "The behaviour has changed." >&2
  exit 1
fi
# Seen on 2026-11-30:
# Benin until 2024: round trip true, possible false
# Benin since: round trip true, possible true
# Ivory Coast until 2021: round trip true, possible false
# Ivory Coast since: round trip true, possible true
# Mexican mobile until 2019: round trip true, possible false
# Mexican mobile since: round trip true, possible true
