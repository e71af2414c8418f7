"""Expressions whose values are compared with Terraform's own, one a line."""

SAME = r"""
format("%s-%03d-%q-%v", "a", 7, "b", true)
format("%5s|%-5s|%v", "a", "b", [1, "x", null])
replace("a.b.c", ".", "-")
replace("hello world", "/w(.*)d/", "<$1>")
replace("aaa", "/a/", "$${0}b")
replace("a$b", "/\\$/", "x")
substr("hello", 1, 3)
substr("hello", -3, -1)
substr("héllo", 0, 2)
join(",", ["a", 1, true])
split(",", "a,b")
split(",", "")
split("", "ab")
merge({ a = 1, b = 2 }, { b = 3 })
merge({ a = 1 }, null)
lookup({ a = 1 }, "b", 5)
concat([1], [2, 3])
flatten([[1, [2]], 3])
distinct(["a", "b", "a"])
distinct([1, "1", 2])
compact(["a", "", "b", null])
coalesce("", "x")
coalesce(null, 1)
element([1, 2, 3], 4)
element([1, 2, 3], -1)
slice([1, 2, 3], 0, 2)
keys({ b = 1, a = 2 })
values({ b = 1, a = 2 })
zipmap(["a", "b"], [1, 2])
contains(["a"], "b")
contains([true], 1)
contains([1], "1")
contains([1], true)
contains(["1"], 1)
one([])
one([1, 2])
range(1, 7, 2)
range(3)
range(3, 0)
reverse([1, 2])
sort(["b", "a", "B"])
sort([10, 9, 1])
title("hello wORLD don't")
trimprefix("xa", "x")
trim("xxaxx", "x")
trimspace("  a \n")
indent(2, "a\nb")
chomp("a\n\n")
tostring(1.5)
tostring(100000000000000000000000)
tostring(0.1 + 0.2)
0.1 + 0.2 == 0.3
0.1 + 0.2
1 / 3
2 / 3
10 / 4
1e3
1e-7
123456789012345678901234567890
1.10
tonumber("7")
tonumber("1e3")
tonumber("0x1")
tonumber(" 7")
tobool("true")
tobool("1")
tobool("yes")
tobool(1)
tostring(true)
"${1 + 2}/${7 / 2}/${true}"
[for i, v in ["a", "b"] : "${i}=${v}" if v != "a"]
{ for k, v in { a = 1 } : upper(k) => v * 2 }
{ for v in ["ab", "ac"] : substr(v, 0, 1) => v... }
{ for v in ["ab", "ac"] : substr(v, 0, 1) => v }
[for v in toset(["b", "a", "b"]) : v]
[for k, v in toset(["b", "a"]) : k]
toset([3, 1, 2, 10])
toset([1, "1"])
[{ a = 1 }, { a = 2 }][*].a
[{ a = [1, 2] }, { a = [3, 4] }][*].a[0]
[{ a = [1, 2] }, { a = [3, 4] }].*.a[0]
null[*]
"x"[*]
{ a = 1 }[*].a
try([1][5], "none")
can([1][5])
try(null.a, "n")
5 % 3 == 2 && !(1 > 2) || false
-7 % 4
7 % -4
5.5 % 2
jsondecode("{\"a\":[1,null,1.50]}")
jsondecode("[1e2, 0.10]")
jsondecode("{")
jsonencode({ b = 1, a = "<&>" })
jsonencode(1.0)
jsonencode("é\t\u0001\u2028")
jsonencode(toset(["b", "a"]))
base64decode("aGk=")
base64encode("é")
startswith("abc", "ab")
"a\tb\"c\\ \u00e9 $${x} %%{y} $x %y"
"e\u0301" == "é"
length("e\u0301")
length("日本")
length({ a = 1 })
length("abc")
max(1, 5, 3)
min(1, "0")
[4 / 2, 7 % 4, -7 % 4, "3" + 1, -(2)]
[1 == true, "1" == 1, 1 != 2, null == null, [1] == [1]]
[1] == tolist([1])
tolist([1]) == tolist(["1"])
{ a = 1 } == tomap({ a = 1 })
[] == tolist([])
{ a = null } == { a = null }
"true" ? "yes" : "no"
1 ? "yes" : "no"
true ? 1 : "a"
true ? [1, 2] : ["a"]
true ? [{ a = 1 }] : []
true ? { a = 1 } : { a = "x" }
true ? { a = 1 } : { b = 1 }
true ? { a = 1, b = "x" } : {}
true ? null : "x"
true ? [] : {}
false ? [1] : [true]
true ? "a" : true
tolist([1, "a"])
tolist([1, true])
tolist([{ a = 1 }, { b = "x" }])
tolist([{ a = 1 }, { b = [] }])
tomap({ a = 1, b = "x" })
tomap({ a = 1, b = [1] })
"%{ if true }x%{ endif }"
"%{ if false }x%{ else }y%{ endif }"
"%{ for k, v in { a = 1, b = 2 } }${k}=${v};%{ endfor }"
"a  %{~ if true ~}  x  %{~ endif ~}  b"
"a ${~ "x" ~} b"
"a \n ${~ "x" ~} \n b"
"${[1, 2]}"
"x${[1, 2]}"
"x${null}"
"${null}"
{ (true ? "a" : "b") = 1, true = 2, null = 3 }
{ "a" : 1, b : 2 }
{ 1 = "x" }
upper("straße")
lower("ÄÖ")
strrev("abc")
chunklist([1, 2, 3], 2)
coalescelist([], [1])
setunion(["a"], ["b", "a"])
setsubtract(["a", "b"], ["a"])
setintersection(["a", "b"], ["b"])
setproduct(["a", "b"], ["c"])
sum([1, "2"])
index(["a", "b"], "b")
alltrue([true, "true"])
anytrue([])
abs(-5)
ceil(1.2)
floor(-1.2)
pow(2, 10)
signum(-3)
parseint("ff", 16)
regex("a(b)(c)?", "xab")
regex("[a-z]+", "123abc")
regexall("[a-z]", "a1b")
regex("x", "a")
strcontains("abc", "b")
urlencode("a b&c/d")
dirname("a/b/c.json")
basename("a/b/c.json")
sha256("a")
[1, 2, 3][1]
["a"]["0"]
{ a = 1 }["a"]
[1].0
tolist(["a"])[0]
toset(["a"])[0]
1 == 1.0
"a" < "b"
"10" < "9"
!"true"
-"3"
null ? 1 : 2
true && null
merge({ a = { b = 1 } }, { a = { c = 2 } })
merge([{ a = 1 }, { b = 2 }]...)
concat([[1], [2]]...)
format("%d", 1.5)
format("%t", "true")
join(",", toset(["b", "a"]))
concat(toset(["a"]), ["b"])
element([], 0)
nonsensitive("a")
tostring(null)
length(null)
keys(null)
lookup({ a = null }, "a", "d")
trimsuffix("a.b", ".b")
core::upper("a")
endswith("ab", "b")
try(jsondecode("x"), { a = 1 }).a
[for x in [1, 2, 3] : x if x > 1][0]
{ for s in ["a", "b"] : s => upper(s) if s != "a" }
zipmap(["a"], [1, 2])
"${"a"}${"b"}"
[for v in { b = 1, a = 2 } : v]
tolist(toset(["z", "a"]))
values({ for k in ["z", "a"] : k => k })
""".strip().splitlines()
