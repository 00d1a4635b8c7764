"""Known issues are found offline; lists are pulled as the server wants it."""

import json
import os
import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

import pytest
from github_server import Server, issue

from deepstart import words
from deepstart.findings import UserError
from deepstart.trouble import search as searching
from deepstart.trouble.search import Hit, Index, Thread, fixed_in, search
from deepstart.trouble.search_links import clean_query, links
from deepstart.trouble.search_pull import pull


@pytest.fixture
def index(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPSTART_HOME", str(tmp_path))
    for name in ("GITHUB_TOKEN", "GH_TOKEN", "DEEPSTART_GITHUB_API", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return Index()


@pytest.fixture
def server():
    server = Server([issue(n, f"title {n}", f"word{n} shared") for n in range(1, 251)])
    yield server
    server.close()


def thread(number, title, body="", state="closed", source="a/b", milestone=""):
    return Thread(source, number, title, state, f"u{number}", milestone=milestone, body=body)


def test_the_rarest_words_decide(index):
    index.add(thread(n, "error while training a model", "gpu memory") for n in range(200))
    index.add([thread(900, "segfault in libcublasLt", "undefined symbol cublasLtGetStatusString")])
    hits = index.search("error while training: undefined symbol: cublasLtGetStatusString")
    assert hits[0].number == 900
    assert "cublasLtGetStatusString" in hits[0].excerpt


def test_where_enough_cases_hold_all_words_those_with_only_some_are_left_out(index):
    index.add([thread(n, "slow start on colab") for n in (1, 2, 3)] + [thread(4, "colab lost the network")])
    assert {h.number for h in index.search("colab slow")} == {1, 2, 3}
    assert next(h.number for h in index.search("colab lost slow")) == 4


def test_an_entry_of_the_journal_that_shares_only_common_words_is_not_shown(index):
    from deepstart.trouble.journal import Journal
    from deepstart.trouble.run_record import Failure

    index.add(thread(n, "gpu memory", "while training") for n in range(100))
    Journal().remember(Failure("RuntimeError: frobnication while training\n"), {"known": False})
    assert search("gpu memory of a model training", index=index)["journal"] == []
    assert len(search("frobnication of gpu memory", index=index)["journal"]) == 1


def test_a_changed_thread_replaces_its_old_words(index):
    index.add([thread(1, "zebra")])
    index.add([thread(1, "giraffe")])
    assert index.search("zebra") == []
    assert [h.title for h in index.search("giraffe")] == ["giraffe"]
    assert index.sources() == {"a/b": 1}


def test_chinese_threads_are_found_by_part_of_a_sentence(index):
    index.add([thread(1, "训练时显存不足怎么办"), thread(2, "如何安装驱动程序")])
    assert [h.number for h in index.search("安装驱动")] == [2]


@pytest.mark.parametrize(
    "query", ['"', "a AND (", "NEAR/2 *", "col:x", "-", "'; DROP TABLE threads;", "\x00", "^a"]
)
def test_no_query_breaks_the_index(index, query):
    index.add([thread(1, "a col near drop table")])
    index.search(query)
    assert index.sources() == {"a/b": 1}


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("This is fixed in TF 2.16.1, please upgrade.", "2.16.1"),
        ("was resolved with version 3.5", "3.5"),
        ("It works again since v0.4.31", "0.4.31"),
        ("released in the upcoming release 2.4.0rc1", "2.4.0rc1"),
        ("I use 2.15.0 and it is broken", ""),
        ("fixed it by changing 3.5 lines", ""),
    ],
)
def test_the_version_that_has_the_fix_is_read_from_the_thread(said, version):
    assert fixed_in(said) == version


def test_a_milestone_tells_it_too():
    assert (fixed_in("", "v2.17.0"), fixed_in("", "Backlog")) == ("2.17.0", "")


@pytest.mark.parametrize(
    ("fixed", "yours", "has_it"),
    [("2.10", "2.9.1", False), ("2.9", "2.10.0", True), ("", "1", None), ("x", "1", None)],
)
def test_fixed_in_is_held_against_your_version(fixed, yours, has_it):
    assert Hit("s", 1, "t", "closed", "u", "", fixed, yours).already_fixed() is has_it


def test_your_version_is_the_installed_one(index, monkeypatch):
    monkeypatch.setattr(searching, "PACKAGE_OF", {"acme/net": "rich"})
    from importlib.metadata import version

    index.add([thread(1, "peculiar crash", "fixed in 0.0.1", source="acme/net")])
    hit = index.search("peculiar crash")[0]
    assert (hit.fixed_in, hit.yours, hit.already_fixed()) == ("0.0.1", version("rich"), True)


def test_the_catalogue_is_searched_in_both_languages(index):
    found = {language: [] for language in words.LANGUAGES}
    for language, query in (
        ("en", "build for the processor only"),
        ("zh", "只支持 CPU 的版本，无法使用 GPU"),
    ):
        words.choose_language(language)
        found[language] = [h.title for h in search(query, index=index)["hits"]]
    assert "torch-cpu-only-build" in found["en"]
    assert "torch-cpu-only-build" in found["zh"]


def test_a_pull_brings_every_thread_over_all_pages(index, server):
    done = pull("acme/net", index, api=server.url)
    assert (done.threads >= 250, done.more, done.wait_until) == (True, False, None)
    assert index.sources() == {"acme/net": 250}
    assert [h.number for h in index.search("word137")] == [137]


def test_the_next_pull_brings_only_what_changed(index, server):
    pull("acme/net", index, api=server.url)
    server.asked.clear()
    assert pull("acme/net", index, api=server.url).threads == 1  # the last one, by its time
    assert pull("acme/net", index, api=server.url).threads == 0  # unchanged since, by its ETag
    assert len(server.asked) == 2
    server.issues[2] = issue(3, "changed", "word3 anew", updated="2026-01-01T00:00:00Z")
    assert 1 <= pull("acme/net", index, api=server.url).threads <= 2
    assert [h.title for h in index.search("anew")] == ["changed"]


def test_a_stopped_pull_goes_on_where_it_was(index, server):
    first = pull("acme/net", index, api=server.url, limit=100)
    assert (first.threads, first.more) == (100, True)
    server.asked.clear()
    pull("acme/net", index, api=server.url)
    assert server.asked[0][1]["since"] == issue(100)["updated_at"]
    assert index.sources() == {"acme/net": 250}


def test_more_threads_in_one_second_than_a_page_holds_are_all_brought(index, server):
    server.issues = [issue(n, updated="2025-05-05T05:05:05Z") for n in range(1, 251)]
    pull("acme/net", index, api=server.url)
    assert index.sources() == {"acme/net": 250}


@pytest.mark.parametrize(
    ("status", "headers", "waits"),
    [
        (429, {"Retry-After": "7"}, [7.0]),
        (403, {"Retry-After": "3"}, [3.0]),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1000030"}, [31.0]),
        (429, {}, [60.0]),
        (502, {}, [1]),
    ],
)
def test_the_server_s_limits_are_obeyed(index, server, status, headers, waits):
    server.script = [(status, headers)]
    slept = []
    pull("acme/net", index, api=server.url, sleep=slept.append, now=lambda: 1_000_000.0)
    assert slept == waits
    assert index.sources() == {"acme/net": 250}


def test_a_long_limit_ends_the_pull_and_says_until_when(index, server):
    pull("acme/net", index, api=server.url, limit=100)
    server.script = [(403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1003600"})]
    done = pull("acme/net", index, api=server.url, sleep=pytest.fail, now=lambda: 1_000_000.0)
    assert (done.threads, done.wait_until, done.more) == (0, 1_003_601.0, True)
    assert index.sources() == {"acme/net": 100}


@pytest.mark.parametrize(
    ("status", "word"),
    [(401, "token"), (403, "refused"), (404, "knows no issue list"), (410, "knows no"), (422, "refused")],
)
def test_a_refusal_is_told_in_words(index, server, status, word):
    server.script = [(status, {})]
    with pytest.raises(UserError, match=word):
        pull("acme/net", index, api=server.url, sleep=pytest.fail)


def test_a_server_that_stays_broken_is_given_up(index, server):
    server.script = [(500, {})] * 10
    slept = []
    with pytest.raises(UserError):
        pull("acme/net", index, api=server.url, sleep=slept.append)
    assert slept == [1, 2, 4, 8]


def test_a_token_is_sent_and_goes_to_no_other_server(index, server):
    server.issues = [issue(n, updated="2025-05-05T05:05:05Z") for n in range(1, 251)]
    pull("acme/net", index, api=server.url, token="secret")
    assert all(headers["Authorization"] == "Bearer secret" for _, _, headers in server.asked)
    from deepstart.trouble.search_pull import _Client

    with pytest.raises(UserError, match="leads elsewhere"):
        _Client(server.url, "secret", print, print).own(server.url + ".evil.example/x")


@pytest.mark.parametrize("name", ["tensorflow", "a/b/c", "../x", "a b/c", ""])
def test_a_bad_name_is_told(index, name):
    with pytest.raises(UserError, match="name of a project"):
        pull(name, index)


def test_no_network_is_told(index):
    with pytest.raises(UserError, match="cannot be reached"):
        pull("acme/net", index, api="http://127.0.0.1:9")


@pytest.mark.parametrize(
    ("text", "query"),
    [
        (
            "ValueError: Layer 'my_dense_3' expected 2 variables, got 0 from /home/a/m.h5",
            "ValueError Layer expected variables, got from",
        ),
        (
            "ImportError: libcudart.so.11.0: cannot open shared object file",
            "ImportError libcudart.so.11.0: cannot open shared object file",
        ),
        (
            "2024-05-01 12:00:00.1: E tensorflow/x.cc:282] failed call to cuInit: CUDA_ERROR_NO_DEVICE",
            "failed call to cuInit: CUDA_ERROR_NO_DEVICE",
        ),
        (
            "RuntimeError: no kernel image for sm_120 at 0x7f3b2c1d4e50",
            "RuntimeError no kernel image for sm_120 at",
        ),
    ],
)
def test_a_query_keeps_what_tells_and_drops_what_differs(text, query):
    assert clean_query(text) == query


def test_ready_made_searches_hold_no_secret_and_fit_the_sites():
    made = links(
        clean_query("OSError: bad token hf" + "_" + "aBcD" * 9 + " at alice@example.org " + "long " * 200)
    )
    assert set(made) == {"github-open", "github-all", "stackoverflow", "google", "baidu", "csdn", "zhihu"}
    for url in made.values():
        assert "aBcD" not in url
        assert "alice" not in url
    asked = parse_qs(urlsplit(made["github-open"]).query)["q"][0]
    assert asked.startswith("is:issue is:open ")
    assert len(asked) <= 256


@pytest.mark.parametrize(
    "secret",
    [
        "10.1.2.3",
        "tcp://192.168.0.7:29500",
        "alice@gpu7.example.org:/data",
        "~/secret/model.h5",
        r"C:\Users\alice\secret\model.h5",
        "https://alice:pw123456@nexus.acme.corp/simple?token=abcdefgh12345678",
        "<user-1>/secret/model.h5",
        "user=alice.w",
    ],
)
def test_what_redaction_puts_in_is_not_searched_for(secret):
    assert (
        clean_query(f"RuntimeError: cannot open {secret} in worker") == "RuntimeError cannot open in worker"
    )


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_verb_pulls_and_shows(index, server, language):
    environment = {
        **os.environ,
        "DEEPSTART_LANGUAGE": language,
        "DEEPSTART_GITHUB_API": server.url,
        "COLUMNS": "200",
    }
    command = [sys.executable, "-m", "deepstart", "search", "--pull", "acme/net", "word42", "shared"]
    ended = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "title 42" in ended.stdout
    assert "stackoverflow.com" in ended.stdout


def test_programs_get_hits_and_journal_entries_with_their_fields_by_name(index):
    from deepstart.trouble.journal import Journal
    from deepstart.trouble.run_record import Failure

    Journal().remember(Failure("RuntimeError: frobnication of the tensor failed\n"), {"known": False})
    command = [sys.executable, "-m", "deepstart", "search", "CUDA out of memory frobnication", "--json", "-"]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert {"source", "title", "state", "url", "fixed_in", "already_fixed"} <= set(found["hits"][0])
    assert found["journal"][0]["problem"] == "RuntimeError: frobnication of the tensor failed"
    assert found["journal"][0]["verified"] is None
