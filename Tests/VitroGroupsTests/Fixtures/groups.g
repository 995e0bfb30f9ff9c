# What GAP says of groups and their actions, one JSON object a line: the expected values of OracleTests.
#
#   gap -q groups.g > unseen_groups.jsonl
#
# Debian: apt-get install --no-install-recommends gap-core gap-smallgrp gap-transgrp gap-primgrp
# The 49 lines of group_oracles.jsonl have the same fields; they were made by the same functions.

Text := function(x)
  if IsInt(x) then return String(x); fi;
  if IsList(x) and not IsString(x) then return Concatenation("[", JoinStringsWithSeparator(List(x, Text), ", "), "]"); fi;
  return Concatenation("\"", ReplacedString(String(x), "\n", ""), "\"");
end;

OneLine := function(g, n) return ListPerm(g, n); end;

Describe := function(name, group, scramble)
  local n, classes, tbl, irr, gens, perm, mult, rank, orbits;
  n := LargestMovedPoint(group);
  # Other generators than the library's, so that nothing can be looked up.
  gens := GeneratorsOfGroup(group);
  if scramble then
    repeat gens := List([1 .. Length(gens) + 1], i -> PseudoRandom(group)); until Group(gens) = group;
  fi;
  classes := ConjugacyClasses(group);
  tbl := CharacterTable(group);
  irr := Irr(group);
  classes := ConjugacyClasses(tbl);
  perm := List(classes, c -> n - NrMovedPoints(Representative(c)));
  mult := List(irr, chi -> ScalarProduct(tbl, chi, ClassFunction(tbl, perm)));
  rank := Sum(mult, m -> m^2);
  Print("{\"group\": ", Text(name), ", \"order\": ", Size(group), ", \"gens\": ", Text(List(gens, g -> OneLine(g, n))),
    ", \"action\": \"natural\", \"points\": ", n, ", \"class_reps\": ",
    Text(List(classes, c -> OneLine(Representative(c), n))), ", \"class_sizes\": ", Text(List(classes, Size)),
    ", \"class_orders\": ", Text(List(classes, c -> Order(Representative(c)))), ", \"irr\": ",
    Text(List(irr, chi -> List(ValuesOfClassFunction(chi)))), ", \"fs\": ", Text(Indicator(tbl, 2)),
    ", \"kernel_orders\": ", Text(List(irr, chi -> Size(KernelOfCharacter(chi)))), ", \"mult\": ", Text(mult),
    ", \"rank\": ", rank, "}\n");
end;

SetPrintFormattingStatus("*stdout*", false);
Reset(GlobalMersenneTwister, 20);
Reset(GlobalRandomSource, 20);
for pair in [[16, 3], [16, 6], [16, 8], [18, 4], [20, 1], [21, 1], [24, 4], [24, 11], [27, 3], [27, 4], [32, 6], [32, 44], [32, 50],
    [36, 9], [39, 1], [42, 1], [48, 28], [48, 29], [54, 8], [55, 1], [56, 11], [60, 1], [64, 138], [72, 39], [72, 41], [75, 2],
    [96, 64], [100, 12], [108, 15], [120, 5], [144, 182], [168, 43]] do
  group := SmallGroup(pair[1], pair[2]);
  Describe(Concatenation("SmallGroup(", String(pair[1]), ",", String(pair[2]), ")"),
    Image(SmallerDegreePermutationRepresentation(Image(IsomorphismPermGroup(group)))), true);
od;
for pair in [[8, 37], [9, 27], [10, 22], [12, 161], [12, 272], [15, 20]] do
  Describe(Concatenation("TransitiveGroup(", String(pair[1]), ",", String(pair[2]), ")"),
    TransitiveGroup(pair[1], pair[2]), true);
od;
Describe("PSL(3,3)", PrimitiveGroup(13, 7), true);
Describe("S4 on two orbits", Group((1, 2)(5, 6), (1, 2, 3, 4)(5, 6)), true);
QUIT;
