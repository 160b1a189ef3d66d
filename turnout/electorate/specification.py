"""The specification of a propensity model: ``models/<name>.toml`` as typed objects, and its scikit-learn pipeline."""

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from turnout import resources
from turnout.errors import UsageError

if TYPE_CHECKING:  # scikit-learn takes a second to import, and a run that learns nothing anew needs none of it
    from sklearn.pipeline import Pipeline

#: Features in numbers, all on the logit scale.
NUMBERS: Final[tuple[str, ...]] = ("habit", "mail_habit")
#: Features in codes, packed as ``sql/electorate/described.sql`` says, or told by a history.
CODES: Final[tuple[str, ...]] = (
    "last_way",
    "latest",
    "previous",
    "exposure",
    "age",
    "party",
    "registered_for",
    "permanent_mail",
    "precinct_turnout",
    "precinct_mail",
    "recency",
    "general_habit",
)
#: The estimators a specification may name; :mod:`turnout.electorate.estimators` has them.
ESTIMATORS: Final[tuple[str, ...]] = (
    "LogisticRegression",
    "HistGradientBoostingClassifier",
    "RandomForestClassifier",
)
#: Hyper-parameters no specification may set: class weights destroy calibration, the others break reproducibility.
REFUSED: Final[frozenset[str]] = frozenset({"class_weight", "random_state", "n_jobs", "warm_start", "verbose"})

Positive = Annotated[float, Field(gt=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Between = Annotated[float, Field(gt=0, lt=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Training(_Strict):
    """What the estimator is fitted on."""

    max_rows: int = Field(ge=1000)
    tilt_rows: int = Field(ge=1000, default=2_000_000)
    window: int = Field(ge=1, le=20)
    least_share: Fraction
    group_tilt_prior: Positive
    persistence: Fraction


class Change(_Strict):
    """What changes between two elections, mean and sd: the log of turnout, and the logit of the share by mail."""

    turnout_mean: float
    turnout_sd: Positive
    mode_mean: float
    mode_sd: Positive


class Totals(_Strict):
    """How totals relate to the comparable election's; :mod:`turnout.electorate.totals` says how they are used."""

    unlike: float = Field(ge=1)
    alone: float = Field(ge=1)
    no_history_sd: Positive
    poll_per_early: Positive
    return_half_life: Positive
    return_sd: Positive
    precinct_sd: Positive
    reporting_sd: Positive
    first_round: Change
    runoff: Change
    november: Change
    other: Change


class LateShare(_Strict):
    """Share of mail counted after election night, and its sd in logits."""

    share: Between
    share_sd: Positive


class Late(LateShare):
    """What is counted late, and by whom."""

    known_sd: Positive
    poll_like: Fraction
    follows_campaign: Fraction
    states: dict[str, LateShare] = {}

    def of_state(self, state: str) -> LateShare:
        """Return the state's own prior if it has one."""
        return self.states.get(state.upper(), self)


class Pending(_Strict):
    """Chance that a ballot not accepted yet will be, by its status."""

    returned: Fraction
    cured: Fraction
    rejected: Fraction


class Composition(_Strict):
    """Uncertainty of a cohort's make-up: the sd of a share ``s`` is ``scale × sqrt(s (1 − s))``.

    ``poll_change`` and ``late_change`` are sds of the log of a group's turnout against the comparable election's;
    ``late_levels`` is that of late voters by anything else, such as age.
    """

    ethnicity: Positive
    early: Positive
    poll: Positive
    late: Positive
    poll_change: Positive
    late_change: Positive
    late_levels: Positive = 0.30


class Specification(_Strict):
    """A propensity model, as its TOML says."""

    estimator: str
    features: tuple[str, ...] = Field(min_length=1)
    hyper_parameters: dict[str, float | int | bool | str] = {}
    training: Training
    totals: Totals
    late: Late
    pending: Pending
    composition: Composition

    @field_validator("estimator")
    @classmethod
    def _allowed_estimator(cls, name: str) -> str:
        if name not in ESTIMATORS:
            raise ValueError(f"unknown estimator {name!r}; allowed are {', '.join(ESTIMATORS)}")
        return name

    @field_validator("features")
    @classmethod
    def _allowed_features(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in (*NUMBERS, *CODES):
                raise ValueError(f"unknown feature {name!r}; allowed are {', '.join((*NUMBERS, *CODES))}")
        if len(set(names)) < len(names):
            raise ValueError("a feature is listed twice")
        return names

    @field_validator("hyper_parameters")
    @classmethod
    def _allowed_hyper_parameters(cls, values: dict[str, object]) -> dict[str, object]:
        if refused := sorted(REFUSED & set(values)):
            raise ValueError(f"{refused[0]!r} cannot be set; it would break calibration or reproducibility")
        return values

    def pipeline(self, seed: int) -> "Pipeline":
        """Build the unfitted pipeline: codes one-hot encoded (sparse for the linear model), numbers as they are.

        Raises
        ------
        UsageError
            If a hyper-parameter is none of the estimator's.
        """
        from turnout.electorate import estimators  # noqa: PLC0415

        estimator = estimators.ESTIMATORS[self.estimator]()
        known = estimator.get_params()
        for name in self.hyper_parameters:
            if name not in known:
                allowed = ", ".join(sorted(set(known) - REFUSED))
                raise UsageError(
                    f"hyper_parameters.{name}: {self.estimator} has none of that name; it has {allowed}."
                )
        estimator.set_params(**self.hyper_parameters)
        if "random_state" in known:
            estimator.set_params(random_state=seed)
        codes = [name for name in self.features if name in CODES]
        if self.estimator == "LogisticRegression":
            coder = estimators.OneHotEncoder(handle_unknown="ignore", dtype=float)
            steps = estimators.ColumnTransformer(
                [("codes", coder, codes)], remainder="passthrough", sparse_threshold=1.0
            )
        else:
            steps = estimators.ColumnTransformer([], remainder="passthrough")
        return estimators.Pipeline([("features", steps), ("estimator", estimator)])


def find(name: str) -> Path:
    """Return the path of a specification, by name or by file.

    Raises
    ------
    UsageError
        If there is none.
    """
    if name.endswith(".toml"):
        if not (own := Path(name)).is_file():
            raise UsageError(f"propensity.model: {own}: no such file.")
        return own
    there = sorted(path.stem for path in resources.listing("models", "propensity*.toml"))
    if name not in there:
        raise UsageError(
            f"propensity.model = {name!r}: no such model. There are {', '.join(there)}; one of your own is a file "
            "ending in .toml, its path relative to the contest's."
        )
    return resources.find("models", f"{name}.toml")


def label(name: str) -> str:
    """Return what a specification is called in outputs: its name, or its file's, without folders."""
    return Path(name).stem if name.endswith(".toml") else name


def load(name: str) -> Specification:
    """Read the specification of this name in ``models/``, or the file of the user's own that ends in ``.toml``.

    Raises
    ------
    UsageError
        If there is none, or a key or value of it does not belong.
    """
    path = find(name)
    try:
        return Specification.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}).") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not valid TOML: {error}.") from None
    except ValidationError as error:
        problems = error.errors(include_url=False)
        first = next((problem for problem in problems if problem["type"] == "extra_forbidden"), problems[0])
        key = ".".join(str(part) for part in first["loc"])
        reason = "unknown key" if first["type"] == "extra_forbidden" else first["msg"].removeprefix("Value error, ")
        raise UsageError(f"{path}: {key}: {reason}.") from None
