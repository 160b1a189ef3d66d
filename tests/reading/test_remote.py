"""Files in buckets and on the web: what an address may be, what is read of it, and what is said where it fails."""

import errno
import gzip
import io
import sys
import zipfile
from pathlib import Path

import polars as pl
import pytest

from tests.reading import host as hosts
from turnout import Contest
from turnout.addresses import Address, located
from turnout.contest import Inputs
from turnout.errors import InputRefused, TurnoutError, UsageError
from turnout.reading import answers, load, objects, source
from turnout.running import batch, check, init
from turnout.running.history import History
from turnout.workspace import Workspace

VOTERS = "voter_id,last_name,precinct,county\n" + "".join(f"{n},Name{n},P{n % 3},Kern\n" for n in range(60))
SIGNED = "X-Amz-Signature=0123abcd"


def contest(tmp_path: Path, **inputs: str | list[str]) -> Contest:
    lines = [f"{name} = {given!r}" for name, given in inputs.items()]
    (tmp_path / "contest.toml").write_text("\n".join(['output = "out"', "[inputs]", *lines]) + "\n")
    return Contest.load(tmp_path / "contest.toml")


def rows(workspace, contest: Contest) -> pl.DataFrame:
    load(workspace, contest)
    return workspace.table("voters")


def refusal(workspace, contest: Contest, kind: type[TurnoutError] = UsageError) -> str:
    with pytest.raises(kind) as caught:
        load(workspace, contest)
    return str(caught.value)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("s3a://bucket/v.csv", r"^s3a://bucket/v\.csv: write s3://, for Amazon S3\."),
        ("abfss://box/v.csv", r"write az://, for Azure"),
        ("ftp://files.example/v.csv", r"ftp:// is not read\. Files on a disk are, and s3://, gs://, az://, https://"),
        ("http://files.example/v.csv", r"Write https\.$"),
        ("http://127.0.0.1.files.example/v.csv", r"Write https\.$"),
        ("s3:///v.csv", r"names no bucket or host"),
        ("s3://bucket/a//v.csv", r"^s3://bucket/a//v\.csv: has an empty part"),
        ("s3://bucket/../v.csv", r"dots, between its slashes"),
        ("https://files.example/%2e%2e/v.csv", r"dots, between its slashes"),
        ("https://files.example/a%0Ab.csv", r"signs that cannot be printed"),
        (f"s3://bucket/v.csv?{SIGNED}", r"^s3://bucket/v\.csv: is followed by a question mark\."),
        ("https://ada:0123abcd@files.example/v.csv", r"^https://…@files\.example: names a user in the address\."),
        ("https://ada:01/0123abcd@files.example/v.csv", r"^https://…@files\.example/v\.csv: names a user"),
        ("s3://AKIA:0123abcd@bucket/v.csv", r"^s3://…@bucket: names a user in the address\."),
        ("AKIA:0123abcd@s3://bucket/v.csv", r"is not shown"),
        (f"https:files.example/v.csv?{SIGNED}", r"is not shown"),
        ("https://files.example/v.csv%3Fsig=0123abcd", r"has a question mark in its path"),
        (f" s3://bucket/v.csv?{SIGNED}", r"^s3://bucket/v\.csv: is followed by a question mark\."),
    ],
)
def test_an_address_that_is_not_read_is_refused_and_no_secret_shown(tmp_path, address, said):
    with pytest.raises(UsageError, match=said) as caught:
        contest(tmp_path, voters=[address])
    assert "0123abcd" not in str(caught.value)
    assert "AKIA" not in str(caught.value)


def test_an_address_is_told_from_a_path_however_it_comes():
    assert located("s3://bucket/ca/voters.parquet") == Address("s3", "bucket", "ca/voters.parquet")
    assert located(Path("s3://bucket/ca/voters.parquet")) == Address("s3", "bucket", "ca/voters.parquet")
    assert located("s3://bucket/a.zip/b/c.csv") == Address("s3", "bucket", "a.zip", member="b/c.csv")
    assert located("https://files.example/a%20b.csv").name == "a b.csv"
    assert located("odd:name/v.csv") == Path("odd:name/v.csv")
    assert str(located("s3://bucket/ca/voters.parquet").parent) == "s3://bucket/ca/"
    assert located("s3://bucket/ca/a.csv").parent == located("s3://bucket/ca/b.csv").parent
    assert located("s3://bucket/v.csv").parent.name == "bucket"


def test_what_follows_a_question_mark_is_part_of_what_an_object_is_and_is_not_shown():
    fifth, sixth = (located(f"https://files.example/get?day={day}") for day in (5, 6))
    assert isinstance(fifth, Address)
    assert isinstance(sixth, Address)
    assert str(fifth) == str(sixth)
    assert fifth.identity != sixth.identity
    assert "day" not in fifth.identity


@pytest.mark.parametrize("key", ["layouts", "output", "ethnicity.statistics", "propensity.past_days"])
def test_settings_are_read_from_a_disk_only(key):
    part, _, name = key.rpartition(".")
    value: object = ["s3://bucket/x"] if name == "layouts" else "s3://bucket/x"
    section = {"layouts": "inputs", "output": ""}.get(name, part)
    with pytest.raises(UsageError, match=r"^s3://bucket/x: must be on a disk"):
        Contest.of({section: {name: value}} if section else {name: value}, "options")


@pytest.mark.parametrize(
    "take",
    [Contest.load, lambda path: batch.find([path]), lambda path: History(path, Contest())],
    ids=["contest", "batch", "history"],
)
def test_what_is_read_from_a_disk_only_is_named_without_what_a_link_is_signed_by(take):
    with pytest.raises(UsageError, match=r"^https://files\.example/contest\.toml: .* disk"):
        take(Path(f"https://files.example/contest.toml?{SIGNED}"))


def test_objects_are_read_as_files_are(workspace, host, tmp_path):
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("deep/a.csv", VOTERS)
        archive.writestr("deep/b.csv", VOTERS.replace("\n", "\n9", 60))
    frame = pl.read_csv(VOTERS.encode(), infer_schema=False).with_columns(voter_id="8" + pl.col("voter_id"))
    parquet = io.BytesIO()
    frame.write_parquet(parquet)
    host.files = {
        "all.zip": zipped.getvalue(),
        "p.parquet": parquet.getvalue(),
        "g.csv.gz": gzip.compress(VOTERS.replace("\n", "\n7", 60).encode(), mtime=0),
    }
    names = ["all.zip/*.csv", "p.parquet", "g.csv.gz"]
    for key, content in host.files.items():
        (tmp_path / key).write_bytes(content)
    far = rows(workspace, contest(tmp_path, voters=[f"s3://bucket/{name}" for name in names]))
    with Workspace.create(tmp_path / "near") as other:
        near = rows(other, contest(tmp_path, voters=names))
        account = other.table("reconciliation")
    assert far.height == 240
    assert far.equals(near)
    assert account.equals(workspace.table("reconciliation"))
    assert host.asked["GET all.zip"] == 1  # for both its members
    assert not list(workspace.directory.glob(".reading-*"))


def test_only_the_file_in_hand_is_on_the_disk(workspace, host, tmp_path, monkeypatch):
    host.files = {f"{n}.csv": VOTERS.replace("\n", f"\n{n}", 60).encode() for n in range(1, 4)}
    staged = []
    fetch = objects.fetch

    def fetched(address, path):
        digest = fetch(address, path)
        staged.append(sorted(file.name for file in workspace.directory.glob(".reading-*/*.csv")))
        return digest

    monkeypatch.setattr(objects, "fetch", fetched)
    rows(workspace, contest(tmp_path, voters=["s3://bucket/*.csv"]))
    assert staged == [["1.csv"], ["2.csv"], ["3.csv"]]


def test_a_directory_and_a_pattern_of_a_bucket_are_its_files_by_name(host):
    for key in (
        "past/b.csv",
        "past/a.parquet",
        "past/deep/c.csv",
        "past/readme.md",
        "past/.hidden.csv",
        "other/a.csv",
    ):
        host.files[key] = b"x"
    directory, pattern = located("s3://bucket/past/"), located("s3://bucket/*/[ab].csv")
    assert [each.name for each in source.expand([directory])] == [".hidden.csv", "a.parquet", "b.csv"]
    assert [str(each.path) for each in source.expand([pattern])] == [
        "s3://bucket/other/a.csv",
        "s3://bucket/past/b.csv",
    ]
    assert [each.path.name for each in source.expand([located("s3://bucket/past/*.csv")])] == ["b.csv"]
    with pytest.raises(UsageError, match=r"^s3://bucket/none/\*\.csv: no object matches\."):
        source.expand([located("s3://bucket/none/*.csv")])
    host.files["past/z.csv"] = b"x"
    several = Contest.of({"inputs": {"crosswalk": "s3://bucket/past/*.csv"}}, "options")
    with pytest.raises(UsageError, match=r"past/\*\.csv: names 2 objects, where one file is meant"):
        source.pinned(several)


def test_a_link_that_is_signed_is_used_and_never_shown(workspace, host, tmp_path, caplog):
    host.files["v.csv"] = VOTERS.encode()
    signed = contest(tmp_path, voters=[f"{host.address}/v.csv?{SIGNED}"])
    assert rows(workspace, signed).height == 60
    assert set(host.queries) == {SIGNED}
    told = [repr(signed), str(list(signed.inputs.paths())), workspace.table("reconciliation").write_csv()]
    for status in (403, 404, 401, 418):
        host.status["v.csv"] = status
        told.append(refusal(workspace, signed))
    host.status, host.cut = {}, {"v.csv"}
    told.append(refusal(workspace, signed, InputRefused))
    assert not [text for text in [*told, caplog.text] if "0123abcd" in text]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (404, "there is no such object. Check the address."),
        (403, "the host forbids it (403). Ask for the right to read it, or check whose credentials are set."),
        (401, "the host wants other credentials (401). Set AWS_ACCESS_KEY_ID"),
        (301, "the bucket is in another region than the environment says. Set AWS_REGION to its own."),
        (503, "the host answered with status 503. Try again later, or copy the file."),
    ],
)
def test_what_a_host_answers_is_said_in_words(workspace, host, tmp_path, status, said):
    host.status["x.csv"] = status
    told = refusal(workspace, contest(tmp_path, voters=["s3://bucket/x.csv"]))
    assert told.startswith(f"s3://bucket/x.csv: {said}")
    assert workspace.table("voters").is_empty()


@pytest.mark.parametrize("kind", [*Inputs.SEVERAL, *Inputs.SINGLE])
def test_an_object_that_is_missing_is_named_whatever_it_is(host, tmp_path, kind):
    address = "s3://bucket/x.csv"
    given = contest(tmp_path, **{kind: address if kind in Inputs.SINGLE else [address]})
    with pytest.raises(UsageError, match=r"^s3://bucket/x\.csv: there is no such object\."):
        source.pinned(given)


def test_a_host_that_is_not_there_is_said_in_words(workspace, tmp_path, monkeypatch):
    with hosts.serving() as gone:
        pass
    for name, value in hosts.environment(gone).items():
        monkeypatch.setenv(name, value)
    told = refusal(workspace, contest(tmp_path, voters=["s3://bucket/v.csv"]))
    assert told == "s3://bucket/v.csv: the host does not answer. Check the address and the network, and try again."


def test_an_endpoint_without_encryption_has_to_be_allowed(workspace, host, tmp_path, monkeypatch):
    monkeypatch.delenv("AWS_ALLOW_HTTP")
    told = refusal(workspace, contest(tmp_path, voters=["s3://bucket/v.csv"]))
    assert "the endpoint that the environment names is http" in told
    assert "set AWS_ALLOW_HTTP=true" in told
    assert not host.asked


def test_without_credentials_it_says_where_they_are_looked_for(workspace, host, tmp_path, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", host.address)
    told = refusal(workspace, contest(tmp_path, voters=["s3://bucket/v.csv"]))
    assert told.startswith(
        "s3://bucket/v.csv: no credentials were found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS"
    )


def test_an_object_that_is_cut_off_is_refused(workspace, host, tmp_path):
    host.files["v.csv"], host.cut = VOTERS.encode(), {"v.csv"}
    told = refusal(workspace, contest(tmp_path, voters=["s3://bucket/v.csv"]), InputRefused)
    assert told.startswith(f"s3://bucket/v.csv: was cut off before the last of its {len(VOTERS):,} bytes came.")
    assert workspace.table("voters").is_empty()


@pytest.mark.parametrize("weak", [False, True])
def test_an_object_that_is_written_anew_meanwhile_is_refused(workspace, host, tmp_path, weak):
    host.files["v.csv"], host.rewritten["v.csv"], host.weak = VOTERS.encode(), VOTERS.encode() + b"x", weak
    told = refusal(workspace, contest(tmp_path, voters=["s3://bucket/v.csv"]), InputRefused)
    assert told.startswith("s3://bucket/v.csv: was written anew since this run looked at it.")


def test_without_the_library_it_says_what_to_install(workspace, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "obstore", None)
    told = refusal(workspace, contest(tmp_path, voters=["s3://bucket/v.csv"]))
    assert told.startswith("s3://bucket/v.csv: reading it needs obstore, which is not installed.")
    assert told.endswith("pip install 'turnout[cloud]'.")


def test_nothing_is_asked_for_where_no_address_is_named(workspace, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "obstore", None)
    (tmp_path / "v.csv").write_text(VOTERS)
    assert rows(workspace, contest(tmp_path, voters=["v.csv"])).height == 60


def test_check_takes_addresses_and_init_says_that_it_does_not(host, tmp_path):
    host.files["v.csv"] = VOTERS.encode()
    found = check.loose([located("s3://bucket/v.csv")])
    assert [(report.name, report.table, report.account["loaded"]) for report in found.reports] == [
        ("v.csv", "voters", 60)
    ]
    with pytest.raises(UsageError, match=r"^s3://bucket/v\.csv: init looks into files on a disk\."):
        init.run([Path("s3://bucket/v.csv")], tmp_path / "made")


def test_a_full_disk_is_not_the_hosts_fault():
    assert answers.is_of_host(OSError("connection lost"))
    assert not answers.is_of_host(OSError(errno.ENOSPC, "No space left on device"))


@pytest.mark.filterwarnings("ignore")  # moto's own
def test_a_server_that_others_wrote_is_read_as_well(workspace, tmp_path, monkeypatch):
    """Against moto's S3, which is no part of the environment: `make cloud`."""
    server = pytest.importorskip(
        "moto.server", reason="moto is not installed; `make cloud` tries it"
    ).ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    boto3 = pytest.importorskip("boto3")
    server.start()
    try:
        address = "http://{}:{}".format(*server.get_host_and_port())
        for name, value in hosts.environment(hosts.Host(address=address)).items():
            monkeypatch.setenv(name, value)
        client = boto3.client("s3", endpoint_url=address)
        client.create_bucket(Bucket="files")
        zipped = io.BytesIO()
        with zipfile.ZipFile(zipped, "w") as archive:
            archive.writestr("deep/a.csv", VOTERS)
        client.put_object(Bucket="files", Key="ca/a.zip", Body=zipped.getvalue())
        client.put_object(Bucket="files", Key="ca/kern/b.csv", Body=VOTERS.replace("\n", "\n9", 60).encode())
        client.put_object(Bucket="files", Key="ca/past/c.csv", Body=VOTERS.replace("\n", "\n8", 60).encode())
        given = ["s3://files/ca/a.zip", "s3://files/ca/*/b.csv", "s3://files/ca/past/"]
        assert rows(workspace, contest(tmp_path, voters=given)).height == 180
        with pytest.raises(UsageError, match="there is no such object"):
            source.expand([located("s3://files/ca/none.csv")])
    finally:
        server.stop()
