"""
Fitted estimators of scikit-learn as JSON, written by the function of docs/exchange.md, and what
they compute.
"""

import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from common import OneLine, expected
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_selection import VarianceThreshold
from sklearn.impute import SimpleImputer
from sklearn.linear_model import (
    ElasticNet, ElasticNetCV, GammaRegressor, HuberRegressor, Lasso, LassoCV, LinearRegression, LogisticRegression, LogisticRegressionCV,
    PoissonRegressor, QuantileRegressor, Ridge, RidgeCV, SGDClassifier, SGDRegressor,
)
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer, LabelEncoder, MaxAbsScaler, MinMaxScaler, OneHotEncoder, OrdinalEncoder, PolynomialFeatures, RobustScaler, StandardScaler,
    TargetEncoder,
)

warnings.simplefilter("ignore", ConvergenceWarning)
warnings.simplefilter("ignore", FutureWarning)
warnings.simplefilter("ignore", UserWarning)

# The function that users copy is the one that is tested.
PAGE = (Path(__file__).resolve().parents[2] / "docs/exchange.md").read_text()
CODE = re.search(r"```python\n(import json.*?)```", PAGE, re.DOTALL).group(1)
NAMESPACE = {}
exec(CODE, NAMESPACE)
plain = NAMESPACE["plain"]

RNG = np.random.default_rng(5)
ROWS = 40
X = np.round(RNG.normal(size=(ROWS, 4)) * [1, 10, 0.1, 3] + [0, 5, 1, -2], 3)
Y = X @ [1, 0.2, -3, 0.5] + np.round(RNG.normal(size=ROWS), 3)
Y2 = np.column_stack([Y, -2 * Y + X[:, 0]])
COUNTS = np.round(np.abs(Y)).astype(int)
TWO = np.where(Y > np.median(Y), "yes", "no")
THREE = np.digitize(Y, np.quantile(Y, [0.3, 0.7]))
GAPS = np.where(RNG.random(X.shape) < 0.15, np.nan, X)


def choice(options, missing=0.0):
    values = RNG.choice(np.array(options, dtype=object), ROWS)
    values[RNG.random(ROWS) < missing] = None
    return values


TABLE = pd.DataFrame(
    {
        "age": np.where(RNG.random(ROWS) < 0.2, np.nan, RNG.integers(18, 70, ROWS)),
        "city": choice(["Bern", "Genève", "Zürich", "Chur"], 0.2),
        "plan": choice(["a", "b", "c"]),
        "paid": RNG.normal(100, 30, ROWS).round(2),
    }
).astype({"city": object, "plan": object})
TEXT = TABLE[["plan", "city"]].fillna("none").astype(object)
WHOLE = RNG.integers(0, 5, (ROWS, 2))


def mixed(last):
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    words = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
    parts = ColumnTransformer([("numbers", numbers, ["age", "paid"]), ("words", words, ["city", "plan"])])
    return make_pipeline(parts, last)


def cases():
    """name, estimator, samples, targets"""
    for name, model in {
        "LinearRegression": LinearRegression(), "Ridge": Ridge(alpha=2.5), "RidgeCV": RidgeCV(alphas=[0.1, 1, 10]), "Lasso": Lasso(alpha=0.1),
        "ElasticNet": ElasticNet(alpha=0.1, l1_ratio=0.3), "LassoCV": LassoCV(cv=3, alphas=8), "ElasticNetCV": ElasticNetCV(cv=3, l1_ratio=[0.2, 0.8], alphas=8),
        "HuberRegressor": HuberRegressor(max_iter=500), "SGDRegressor": SGDRegressor(random_state=1), "no intercept": Ridge(fit_intercept=False),
        "SGD averaged": SGDRegressor(random_state=1, average=True),
    }.items():
        yield name, make_pipeline(StandardScaler(), model) if "SGD" in name else model, X, Y
    yield "QuantileRegressor", QuantileRegressor(quantile=0.8, alpha=0.01), X, Y
    yield "PoissonRegressor", PoissonRegressor(alpha=0.5), X, COUNTS
    yield "GammaRegressor", GammaRegressor(alpha=0.5), X, COUNTS + 1
    yield "two targets", LinearRegression(), X, Y2
    yield "Lasso of two targets", Lasso(alpha=0.2), X, Y2
    yield "LogisticRegression, two classes", LogisticRegression(C=0.7), X, TWO
    yield "LogisticRegression, three", LogisticRegression(max_iter=500), X, THREE
    yield "LogisticRegression, L1", LogisticRegression(l1_ratio=1, solver="saga", max_iter=5000, random_state=1), X, TWO
    yield "LogisticRegressionCV", LogisticRegressionCV(Cs=3, cv=3, max_iter=500, l1_ratios=(0,), scoring="accuracy", use_legacy_attributes=False), X, TWO
    yield "SGDClassifier, hinge", make_pipeline(StandardScaler(), SGDClassifier(random_state=1)), X, THREE
    yield "SGDClassifier, log_loss", make_pipeline(StandardScaler(), SGDClassifier(loss="log_loss", random_state=1)), X, TWO
    yield "MLPRegressor", make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(6, 4), max_iter=15, random_state=1)), X, Y
    yield "MLPClassifier", make_pipeline(StandardScaler(), MLPClassifier(hidden_layer_sizes=(6,), activation="tanh", max_iter=15, random_state=1)), X, THREE
    yield "MLPClassifier, two classes", make_pipeline(StandardScaler(), MLPClassifier(hidden_layer_sizes=(5,), activation="logistic", max_iter=15, random_state=1, solver="sgd")), X, TWO
    constant = np.column_stack([X, np.full(ROWS, 0.1)])
    yield "StandardScaler", StandardScaler(), constant, None
    yield "StandardScaler, no mean", StandardScaler(with_mean=False), X, None
    yield "StandardScaler, no std", StandardScaler(with_std=False), X, None
    yield "StandardScaler, gaps", StandardScaler(), GAPS, None
    yield "MinMaxScaler", MinMaxScaler((-1, 2), clip=True), X, None
    yield "MaxAbsScaler", MaxAbsScaler(), X, None
    yield "RobustScaler", RobustScaler(quantile_range=(10, 80), unit_variance=True), X, None
    yield "RobustScaler, no centring", RobustScaler(with_centering=False), X, None
    yield "PolynomialFeatures", PolynomialFeatures(3, interaction_only=True), X, None
    yield "PolynomialFeatures, degrees", PolynomialFeatures((2, 3), include_bias=False), X, None
    yield "VarianceThreshold", VarianceThreshold(0.5), X, None
    yield "FunctionTransformer", FunctionTransformer(np.arcsinh), X, None
    yield "SimpleImputer", SimpleImputer(), GAPS, None
    yield "SimpleImputer, indicator", SimpleImputer(strategy="median", add_indicator=True), GAPS, None
    yield "SimpleImputer, constant", SimpleImputer(strategy="constant", fill_value=-1), GAPS, None
    yield "OneHotEncoder", OneHotEncoder(), TEXT, None
    yield "OneHotEncoder, dropped", OneHotEncoder(drop="first"), TEXT, None
    yield "OneHotEncoder, infrequent", OneHotEncoder(min_frequency=9, handle_unknown="infrequent_if_exist"), TEXT, None
    yield "OneHotEncoder, infrequent dropped", OneHotEncoder(max_categories=3, drop="first"), TEXT, None
    yield "OneHotEncoder, numbers", OneHotEncoder(), WHOLE, None
    yield "OneHotEncoder, missing", OneHotEncoder(), TABLE[["city", "plan"]], None
    yield "OrdinalEncoder", OrdinalEncoder(), TEXT, None
    yield "OrdinalEncoder, unknown", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-5, encoded_missing_value=-1), TABLE[["city", "plan"]], None
    yield "OrdinalEncoder, infrequent", OrdinalEncoder(min_frequency=9), TEXT, None
    yield "TargetEncoder", TargetEncoder(cv=3, random_state=1), TEXT, Y
    yield "TargetEncoder, classes", TargetEncoder(cv=3, random_state=1), TEXT, THREE
    yield "pipeline of a table", mixed(LogisticRegression()), TABLE, TWO
    yield "pipeline to Ridge", mixed(Ridge()), TABLE, Y
    yield "pipeline of polynomials", make_pipeline(PolynomialFeatures(2), "passthrough", StandardScaler(), Ridge()), X, Y
    parts = [("scaled", StandardScaler(), slice(0, 2)), ("none", "drop", [2])]
    yield "column transformer", ColumnTransformer(parts, remainder="passthrough"), X, None
    kinds = [("words", OneHotEncoder(), make_column_selector(dtype_include=object)), ("same", "passthrough", ["paid"])]
    yield "column transformer by kinds", ColumnTransformer(kinds, remainder=SimpleImputer()), TABLE.fillna({"city": "none"}), None
    yield "GridSearchCV", GridSearchCV(make_pipeline(StandardScaler(), Ridge()), {"ridge__alpha": [0.1, 1]}, cv=3), X, Y


def results(model, x):
    """The methods that the tests compare."""
    found = {}
    if hasattr(model, "transform"):
        result = model.transform(x)
        result = result.toarray() if hasattr(result, "toarray") else np.asarray(result)
        found["transform"] = expected(np.where(np.isnan(result), -12345, result))
        if "Function" not in type(model).__name__:
            found["names"] = list(model.get_feature_names_out())
        return found
    predicted = model.predict(x)
    found["predict"] = predicted.tolist() if predicted.dtype.kind in "USi" else expected(predicted)
    try:
        found["proba"] = expected(model.predict_proba(x))
    except AttributeError:
        pass
    return found


def samples(x):
    """A table by columns, or rows; missing values are null."""
    if isinstance(x, pd.DataFrame):
        return {name: [None if pd.isna(v) else v for v in x[name].tolist()] for name in x}
    return [[None if np.isnan(v) else v for v in row] for row in x.tolist()]


def without_times(search):
    """The same in every run."""
    search.refit_time_ = 0.0
    for name, values in search.cv_results_.items():
        if name.endswith("_time"):
            values[:] = 0


def dump(model):
    if isinstance(model, GridSearchCV):
        without_times(model)
    return OneLine(sklearn=sklearn.__version__, estimator=plain(model))


def fixture():
    result = []
    for name, model, x, y in cases():
        model.fit(x, y)
        probe = x.iloc[:6] if isinstance(x, pd.DataFrame) else x[:6]
        result.append({"name": name, "x": samples(probe), "dump": dump(model), **results(model, probe)})
    labels = LabelEncoder().fit(["b", "a", "c"])
    return {"labels": dump(labels), "cases": result}
