#!/usr/bin/env bash
# On a machine with Android's SDK and NDK: builds the app, installs it on a connected phone or emulator, and asks a
# person to look at what no machine here can see. docs/ANDROID.md says how to get there.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "android-check: $*" >&2; exit 1; }
[ -d "${ANDROID_HOME:-}" ] || fail "ANDROID_HOME does not name the folder of the Android SDK."
[ -d "${NDK_HOME:-}" ] || fail "NDK_HOME does not name a folder of the Android NDK (\$ANDROID_HOME/ndk/<version>)."
command -v java >/dev/null || fail "Java 17 or newer is needed."
command -v rustup >/dev/null || fail "rustup is needed for the Android target of Rust."
adb="$ANDROID_HOME/platform-tools/adb"
[ -x "$adb" ] || fail "platform-tools are missing: sdkmanager 'platform-tools'."

rustup target add aarch64-linux-android
npm --prefix ui ci --no-audit --no-fund
npm --prefix src-tauri ci --no-audit --no-fund
(cd src-tauri && npm run tauri -- android build --debug --apk --target aarch64)

apk=$(find src-tauri/gen/android/app/build/outputs/apk -name '*debug*.apk' | head -n 1)
[ -n "$apk" ] || fail "the build left no APK."
echo "built: $apk"
"$adb" get-state >/dev/null 2>&1 || fail "no phone or emulator is connected; the APK is built."
"$adb" install -r "$apk"
"$adb" shell am start -W -n app.xunge.field/.MainActivity
sleep 3
"$adb" shell pidof app.xunge.field >/dev/null || fail "the app does not run; see: adb logcat"

answers=0 refused=()
ask() {
  printf '\n%s\n  [y/n] ' "$1"
  read -r answer
  answers=$((answers + 1))
  case "$answer" in y*) ;; *) refused+=("$1") ;; esac
}
ask "The enrolment page is there, in Chinese, with nothing under the status bar or the navigation bar."
ask "Enrol by typing the code; then the Today page is there."
ask "Airplane mode on. Capture a report: the camera app opens, the photo appears, the report says 在手机上."
ask "Developer options, 'Don't keep activities' on: capture again; after the camera the draft and its photo are there."
ask "Kill the app (swipe it away) in the middle of writing a visit; open it: nothing typed is lost."
ask "Airplane mode off, mobile data only: facts arrive in the office, photos wait for Wi-Fi and say so."
ask "Wi-Fi on: the photos arrive with no tap."
ask "Kill the app while a photo uploads; open it: the upload goes on and the office shows the photo once."
ask "The position is found outside; with location permission refused the app asks for a pin and shows no 0,0."
ask "Return a case in the office: a notification appears on the phone, in the language of the app."
ask "The map shows streets in airplane mode, or the list by distance where the phone has no WebGL2."

echo
if [ ${#refused[@]} -gt 0 ]; then
  printf 'not as it should be:\n'
  printf '  - %s\n' "${refused[@]}"
  exit 1
fi
echo "$answers of $answers as they should be."
