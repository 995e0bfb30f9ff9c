#!/usr/bin/env bash
# Builds the DocC pages of every module into .build/docs, one archive a module; needs nothing but the toolchain.
set -euo pipefail
cd "$(dirname "$0")/.."
modules="VitroCore VitroTensor VitroFormats VitroNetworks VitroData VitroFitting VitroLab VitroProbing Vitro"
symbols=.build/symbols
rm -rf "$symbols" .build/docs
mkdir -p "$symbols" .build/docs
swift build --scratch-path .build/docs-build -Xswiftc -emit-symbol-graph -Xswiftc -emit-symbol-graph-dir -Xswiftc "$symbols"
for module in $modules; do
  graphs=.build/symbols-$module
  rm -rf "$graphs" && mkdir -p "$graphs"
  cp "$symbols/$module".symbols.json "$graphs"/
  for extension in "$symbols/$module"@*.symbols.json; do [ -e "$extension" ] && cp "$extension" "$graphs"/; done
  docc convert --additional-symbol-graph-dir "$graphs" --fallback-display-name "$module" \
    --fallback-bundle-identifier "vitro.$module" --output-path ".build/docs/$module.doccarchive" \
    --transform-for-static-hosting --hosting-base-path "$module.doccarchive"
done
echo "Documentation: $(pwd)/.build/docs"
