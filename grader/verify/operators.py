"""Mistakes made on purpose: what could stand instead of a node of a program's syntax tree.

A rule looks at one node and gives changes of it, mostly ones that give a wrong value: a check
that misses them is too weak, whereas anybody notices a crash. What is no mistake is not here: a
learning rate twice as large, numbers of less precision.
"""

import ast
import builtins
import copy
import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from grader.verify.neighbours import MODULES, NEIGHBOURS, ORDERED, STAND_INS

GUARD = 1e-6  # a float below it keeps zeros away: ten times as much of it is no mistake
FACTORS = (0, 2, 1.01)

OPERATORS: dict[type[ast.AST], tuple[type[Any], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
SYMMETRIC = (ast.Add, ast.Mult, ast.BitAnd, ast.BitOr, ast.BitXor)
IN_PLACE = (ast.Add, ast.Sub, ast.Mult, ast.Div)

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
SOMETIMES = (*COMPREHENSIONS, ast.Lambda, ast.IfExp, ast.BoolOp)
METHOD = frozenset({"self", "cls"})

Located = ast.expr | ast.stmt | ast.arg


class Place(NamedTuple):
    """Where a node stands.

    Args:
        function: the innermost one around it, or None.
        modules: what imported modules are called here, by 'np' and 'math'.
    """

    function: ast.FunctionDef | ast.Lambda | None
    modules: dict[str, str]

    @property
    def parameters(self) -> tuple[ast.arg, ...]:
        """The positional parameters of the function, but for a method's own object."""
        if self.function is None:
            return ()
        arguments = self.function.args
        found = (*arguments.posonlyargs, *arguments.args)
        return tuple(parameter for parameter in found if parameter.arg not in METHOD)

    @property
    def is_method(self) -> bool:
        """Whether the function can't be named by its name alone."""
        found = self.function.args.args if self.function else []
        return bool(found) and found[0].arg in METHOD


class Change(NamedTuple):
    """A mistake: new nodes for old ones.

    Args:
        operator: of what kind it is.
        edits: pairs of an old node, which has a place in the source, and what stands there now.
    """

    operator: str
    edits: tuple[tuple[Located, ast.AST], ...]


Changes = Iterator[Change]
Rule = Callable[[Any, Place], Changes]


def modules_of(tree: ast.AST) -> dict[str, str]:
    """Find what a program calls the modules whose functions are known here."""
    imports = (n for n in ast.walk(tree) if isinstance(n, ast.Import))
    return {
        MODULES[alias.name]: alias.asname or alias.name
        for statement in imports
        for alias in statement.names
        if alias.name in MODULES
    }


def changes(node: ast.AST, place: Place) -> Changes:
    """Every mistake that could be made at a node, in a fixed order."""
    for rule in RULES.get(type(node), ()):
        yield from rule(node, place)


def _swap(operator: str, old: Located, new: ast.AST) -> Change:
    return Change(operator, ((old, new),))


def _with(node: Any, **fields: Any) -> Any:
    return type(node)(**{**dict(ast.iter_fields(node)), **fields})


def _call(function: ast.expr, *args: ast.expr) -> ast.Call:
    return ast.Call(function, list(args), [])


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    )


# Expressions


def _binary(node: ast.BinOp, _place: Place) -> Changes:
    if _is_text(node.left) or _is_text(node.right):
        return
    for other in OPERATORS.get(type(node.op), ()):
        yield _swap("operator", node, _with(node, op=other()))
    if not isinstance(node.op, SYMMETRIC):
        yield _swap("operands swapped", node, _with(node, left=node.right, right=node.left))
    yield _swap("operand dropped", node, node.left)
    yield _swap("operand dropped", node, node.right)


def _same_with_other_operator(node: ast.BoolOp | ast.AugAssign, _place: Place) -> Changes:
    for other in OPERATORS.get(type(node.op), ()):
        yield _swap("operator", node, _with(node, op=other()))


def _comparison(node: ast.Compare, _place: Place) -> Changes:
    for i, op in enumerate(node.ops):
        for other in OPERATORS.get(type(op), ()):
            yield _swap(
                "operator", node, _with(node, ops=[*node.ops[:i], other(), *node.ops[i + 1 :]])
            )


def _unary(node: ast.UnaryOp, _place: Place) -> Changes:
    kind = "sign" if isinstance(node.op, ast.USub | ast.UAdd) else "operator"
    yield _swap(kind, node, node.operand)


def _condition(node: ast.IfExp, _place: Place) -> Changes:
    yield _swap("operand dropped", node, node.body)
    yield _swap("operand dropped", node, node.orelse)


def _constant(node: ast.Constant, _place: Place) -> Changes:
    for value in _other_values(node.value):
        yield _swap("constant", node, ast.parse(repr(value), mode="eval").body)


def _other_values(value: object) -> tuple[float, ...]:
    match value:
        case bool():
            return (not value,)
        case int():
            return (1 - value if value in {0, 1} else value + 1,)
        case float() if value == 0.0:
            return (1.0,)
        case float() if value < GUARD:
            return (0.0, -value, 0.1)
        case float() if math.isfinite(10.0 * value):
            larger, smaller = (float(f"{x:.15g}") for x in (10.0 * value, value / 10.0))
            return (larger, smaller, -value, 0.0)
    return ()


# Calls


def _name(call: ast.Call, place: Place) -> str:
    """The name by which the tables know what is called: 'np.max', '.max' or 'max'."""
    match call.func:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=module), attr=name):
            known = next((k for k, v in place.modules.items() if v == module), "")
            return f"{known}.{name}"
        case ast.Attribute(attr=name):
            return f".{name}"
    return ""


def _is_spread(call: ast.Call) -> bool:
    return any(isinstance(arg, ast.Starred) for arg in call.args)


def _neighbours(node: ast.Call, place: Place) -> Changes:
    for other in NEIGHBOURS.get(_name(node, place), "").split():
        if isinstance(node.func, ast.Attribute):
            function: ast.expr = _with(node.func, attr=other)
        else:
            function = ast.Name(other)
        yield _swap("neighbour", node, _with(node, func=function))


def _dropped(node: ast.Call, place: Place) -> Changes:
    positions = STAND_INS.get(_name(node, place), ())
    if _is_spread(node) or len(node.args) <= max(positions, default=-1):
        return
    array = node.func.value if isinstance(node.func, ast.Attribute) else node.func
    for position in positions:
        yield _swap("call dropped", node, [*node.args, array][position])


def _arguments(node: ast.Call, place: Place) -> Changes:
    if _is_spread(node):
        return
    own = isinstance(node.func, ast.Name) and not hasattr(builtins, node.func.id)
    match node.args:
        case [first, second] if own or _name(node, place) in ORDERED:
            yield _swap("arguments swapped", node, _with(node, args=[second, first]))


def _axis(node: ast.Call, _place: Place) -> Changes:
    for i, keyword in enumerate(node.keywords):
        others = [*node.keywords[:i], *node.keywords[i + 1 :]]
        if keyword.arg in {"axis", "keepdims"}:
            yield _swap("axis", node, _with(node, keywords=others))
        if keyword.arg == "axis":
            is_first = isinstance(keyword.value, ast.Constant) and keyword.value.value == 0
            other = ast.keyword("axis", ast.Constant(int(is_first)))
            keywords = [*node.keywords[:i], other, *node.keywords[i + 1 :]]
            yield _swap("axis", node, _with(node, keywords=keywords))


def _length(node: ast.Call, place: Place) -> Changes:
    if _name(node, place) == "len":
        for op in (ast.Sub(), ast.Add()):
            yield _swap("off by one", node, ast.BinOp(node, op, ast.Constant(1)))


# Names


def _other_operand(node: ast.BinOp, place: Place) -> Changes:
    for side in (node.left, node.right):
        yield from _other_parameter(side, place)


def _other_argument(node: ast.Call, place: Place) -> Changes:
    if _name(node, place) in NEIGHBOURS:
        for arg in node.args:
            yield from _other_parameter(arg, place)


def _other_array(node: ast.Subscript, place: Place) -> Changes:
    if isinstance(node.ctx, ast.Load):
        yield from _other_parameter(node.value, place)


def _other_parameter(node: ast.expr, place: Place) -> Changes:
    """One parameter of the function stands where another one stood."""
    names = [parameter.arg for parameter in place.parameters]
    if isinstance(node, ast.Name) and node.id in names:
        for other in names:
            if other != node.id:
                yield _swap("name", node, ast.Name(other))


# Whole functions and statements


def _parameters(node: ast.FunctionDef | ast.Lambda, place: Place) -> Changes:
    parameters = place._replace(function=node).parameters
    for first, second in itertools.pairwise(parameters):
        yield Change("parameters swapped", ((first, second), (second, first)))


def _stored(node: ast.AST) -> list[ast.Name]:
    """The names that a statement binds. What a comprehension binds, it binds for itself."""
    if isinstance(node, ast.comprehension):
        return []
    if isinstance(node, ast.Name):
        return [node] if isinstance(node.ctx, ast.Store) else []
    return list(itertools.chain.from_iterable(map(_stored, ast.iter_child_nodes(node))))


def _deleted(node: ast.stmt, place: Place) -> Changes:
    """Nothing stands there, if every name is still bound and the function still returns."""
    function = place.function
    if not isinstance(function, ast.FunctionDef):
        return
    start = (node.lineno, node.col_offset)
    before = {n.id for n in _stored(function) if (n.lineno, n.col_offset) < start}
    before |= {parameter.arg for parameter in place.parameters}
    returns = {n for n in ast.walk(function) if isinstance(n, ast.Return)}
    inside = returns.intersection(ast.walk(node))
    if {n.id for n in _stored(node)} <= before and (not inside or inside < returns):
        yield _swap("statement deleted", node, ast.Pass())


def _in_place(node: ast.stmt, place: Place) -> Changes:
    """What is computed of an argument is written into it."""
    names = {parameter.arg for parameter in place.parameters}
    for part in _unconditional(node):
        match part:
            case ast.BinOp(left=ast.Name(id=name), op=op, right=right):
                if name in names and isinstance(op, IN_PLACE):
                    update = ast.AugAssign(ast.Name(name), op, right)
                    # deepcopy takes what its memo has for the part: the name alone.
                    rest = copy.deepcopy(node, {id(part): ast.Name(name)})
                    yield _swap("in place", node, ast.Module([update, rest], []))


def _unconditional(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a statement that are computed once, whenever it runs."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, SOMETIMES):
            yield from _unconditional(child)


def _returned(node: ast.Return, place: Place) -> Changes:
    if node.value is not None:
        yield _swap("return", node, ast.Expr(node.value))
        yield from _wrapped(node.value, place)
        if isinstance(place.function, ast.FunctionDef) and not place.is_method:
            memory = ast.Attribute(ast.Name(place.function.name), "__dict__")
            first = _call(ast.Attribute(memory, "setdefault"), ast.Constant("first"), node.value)
            yield _swap("remembers", node.value, first)


def _result(node: ast.Lambda, place: Place) -> Changes:
    return _wrapped(node.body, place)


def _wrapped(value: ast.expr, place: Place) -> Changes:
    """A number or an array that is returned is of the wrong sign, size or shape."""
    if not isinstance(value, ast.BinOp | ast.Call | ast.Name | ast.UnaryOp | ast.Subscript):
        return
    if not isinstance(value, ast.UnaryOp):
        yield _swap("sign", value, ast.UnaryOp(ast.USub(), value))
    for factor in FACTORS:
        yield _swap("factor", value, ast.BinOp(ast.Constant(factor), ast.Mult(), value))
    if "np" in place.modules:
        numpy = ast.Name(place.modules["np"])
        rounded = _call(ast.Attribute(numpy, "round"), value, ast.Constant(2))
        yield _swap("rounded", value, rounded)
        deeper = _call(ast.Attribute(numpy, "expand_dims"), value, ast.Constant(0))
        yield _swap("extra axis", value, deeper)


RULES: dict[type[ast.AST], tuple[Rule, ...]] = {
    ast.FunctionDef: (_parameters,),
    ast.Lambda: (_parameters, _result),
    ast.Return: (_returned, _in_place),
    ast.Assign: (_deleted, _in_place),
    ast.AugAssign: (_same_with_other_operator, _deleted),
    ast.Expr: (_deleted,),
    ast.If: (_deleted,),
    ast.For: (_deleted,),
    ast.While: (_deleted,),
    ast.Break: (_deleted,),
    ast.Continue: (_deleted,),
    ast.BinOp: (_binary, _other_operand),
    ast.BoolOp: (_same_with_other_operator,),
    ast.Compare: (_comparison,),
    ast.UnaryOp: (_unary,),
    ast.IfExp: (_condition,),
    ast.Constant: (_constant,),
    ast.Subscript: (_other_array,),
    ast.Call: (_neighbours, _dropped, _arguments, _axis, _length, _other_argument),
}
