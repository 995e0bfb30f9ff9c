#!/usr/bin/env bash
# Builds one DocC site of all modules into .build/docs, out of what `make build` compiled; any warning is an error.
# An argument names another build's directory of products.
set -euo pipefail
cd "$(dirname "$0")/.."

# By floor: a module's pages link to those of modules before it, as ``/VitroCore/VitroError``.
modules="VitroCore VitroTensor VitroFormats VitroNetworks VitroData VitroFitting VitroPiecewise VitroModels VitroGroups VitroLab VitroProbing VitroSuperposition VitroCircuits VitroSymmetry VitroTracing VitroInformation Vitro VitroCommand"
for source in Sources/Vitro*; do
  module=$(basename "$source")
  [[ $module == VitroMain || " $modules " == *" $module "* ]] || { echo "$0 does not list $module." >&2; exit 1; }
done

products=${1:-$(swift build -c release --show-bin-path)}
triple=$(swiftc -print-target-info | sed -n 's/.*"triple" *: *"\(.*\)".*/\1/p' | head -n 1)
search=(-I "$products/Modules" -I Sources/COpenBLAS -I Sources/CPNG -I Sources/CZlib -I .build/checkouts/GRDB.swift/Sources/GRDBSQLite)
for module in CVitroKernels CVitroPNG; do search+=(-Xcc "-fmodule-map-file=$products/$module.build/module.modulemap"); done
for flag in $(pkg-config --cflags openblas libpng zlib); do search+=(-Xcc "$flag"); done
if command -v xcrun >/dev/null; then search+=(-sdk "$(xcrun --show-sdk-path)"); fi

docs=.build/docs
rm -rf "$docs"
mkdir -p "$docs/modules"
dependencies=()
archives=()
for module in $modules; do
  graphs=$docs/symbols/$module
  mkdir -p "$graphs"
  swift symbolgraph-extract -module-name "$module" -target "$triple" "${search[@]}" -output-dir "$graphs" \
    -skip-inherited-docs -emit-extension-block-symbols
  # What a module adds to the standard library and to C is its own affair; what it adds to other modules is documented.
  find "$graphs" -name "$module@*" ! -name "$module@Vitro*" -delete
  archive=$docs/modules/$module.doccarchive
  docc convert "Sources/$module/$module.docc" --additional-symbol-graph-dir "$graphs" \
    --fallback-display-name "$module" --fallback-bundle-identifier "vitro.$module" --fallback-default-module-kind Module \
    --enable-experimental-external-link-support ${dependencies[@]+"${dependencies[@]}"} \
    --warnings-as-errors --output-path "$archive" | sed '/^$/d'
  dependencies+=(--dependency "$archive")
  archives+=("$archive")
done
docc merge "${archives[@]}" --synthesized-landing-page-name Vitro --output-path "$docs/Vitro.doccarchive"
rm -rf "$docs/modules"
echo "Documentation: python3 -m http.server -d $docs/Vitro.doccarchive 8000, then http://localhost:8000/documentation/vitro"
