"""Loops of translated functions, written as functions of their own."""

from lecture11.explore.translator.outline import outlined


def test_a_loop_is_given_what_it_reads_and_what_it_writes_into():
    lines = [
        "const t1=Math.log1p(x0[0]);",
        "for (let i2=0;i2<size_n;i2++) {",
        "  const t3=(flag4&&v5[i2]===t1?1e2:whole(2));",
        "  v6[i2]=t3;",
        "}",
    ]
    functions, left = outlined(lines)
    assert left == [lines[0], "f0(flag4,size_n,t1,v5,v6);"]
    assert functions == [
        "\n".join(["const f0=(flag4,size_n,t1,v5,v6) => {", "t1=+t1;", *lines[1:], "};"])
    ]


def test_a_loop_that_adds_up_returns_its_sum():
    lines = ["let sum1=0;", "for (let i2=0;i2<9;i2++) {", "  sum1=(sum1+v3[i2]);", "}"]
    functions, left = outlined(lines)
    assert left == [lines[0], "sum1=f0(sum1,v3);"]
    assert functions == ["\n".join(["const f0=(sum1,v3) => {", *lines[1:], "return sum1;", "};"])]


def test_of_a_loop_that_changes_more_only_the_loops_within_are_taken():
    inner = ["  for (let i5=0;i5<3;i5++) {", "    v6[i5]=state1[i5];", "  }"]
    swap = "  const spare7=state1; state1=state2; state2=spare7;"
    lines = ["for (;;) {", "  if (!t3) break;", *inner, swap, "}"]
    functions, left = outlined(lines)
    assert left == ["for (;;) {", "  if (!t3) break;", "  f0(state1,v6);", swap, "}"]
    assert len(functions) == 1
