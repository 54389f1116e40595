"""The functions that answers are made of: NumPy's, Python's, and what is mistaken for them.

Names are those of the function, with the module before it for NumPy's and math's, and a dot
alone before an array's method: 'max', 'np.max', '.max'.
"""

MODULES = {"numpy": "np", "math": "math"}

NEIGHBOURS = {
    "np.max": "min mean sum",
    "np.amax": "amin mean sum",
    "np.min": "max mean",
    "np.amin": "amax mean",
    "np.sum": "mean max prod",
    "np.prod": "sum",
    "np.mean": "median sum",
    "np.average": "median sum",
    "np.median": "mean",
    "np.std": "var",
    "np.var": "std",
    "np.exp": "exp2 expm1",
    "np.log": "log2 log10 log1p",
    "np.log1p": "log",
    "np.expm1": "exp",
    "np.sqrt": "square",
    "np.square": "sqrt abs",
    "np.abs": "square sign",
    "np.sin": "cos",
    "np.cos": "sin",
    "np.tanh": "sin",
    "np.argmax": "argmin",
    "np.argmin": "argmax",
    "np.maximum": "minimum",
    "np.minimum": "maximum",
    "np.zeros": "ones",
    "np.zeros_like": "ones_like",
    "np.ones": "zeros",
    "np.ones_like": "zeros_like",
    "np.dot": "multiply",
    "np.cumsum": "cumprod",
    "np.floor": "ceil",
    "np.ceil": "floor",
    "math.exp": "expm1",
    "math.log": "log2 log10 log1p",
    "math.sqrt": "exp",
    ".max": "min mean sum",
    ".min": "max mean",
    ".sum": "mean max prod",
    ".mean": "sum max",
    ".std": "var",
    ".var": "std",
    ".argmax": "argmin",
    ".argmin": "argmax",
    "max": "min",
    "min": "max",
    "sum": "max min",
    "any": "all",
    "all": "any",
}
# Which arguments of a call could stand instead of it; -1 is the array that has the method.
STAND_INS = {
    **dict.fromkeys(
        "np.max np.amax np.min np.amin np.sum np.mean np.average np.median np.exp np.log np.log1p "
        "np.expm1 np.sqrt np.square np.abs np.tanh np.clip np.round np.copy np.cumsum np.floor "
        "np.ceil math.exp math.log math.sqrt abs round".split(),
        (0,),
    ),
    **dict.fromkeys("max min np.maximum np.minimum".split(), (0, 1)),
    **dict.fromkeys(".max .min .sum .mean .clip .round .copy".split(), (-1,)),
    "np.where": (1, 2),
}
ORDERED = frozenset(
    "np.dot np.matmul np.subtract np.divide np.power np.outer np.arctan2 math.pow pow".split()
)
