"""uv installs from the mirror that the person's pip uses."""

from deepstart.start.environment.mirror import handed_to_uv

MIRROR = "https://mirror.example/simple"


def settings(home, text, name=".config/pip/pip.conf"):
    path = home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_the_mirror_in_pip_s_settings_is_handed_on(tmp_path):
    settings(tmp_path, f"[global]\nindex-url = {MIRROR}\n")
    assert handed_to_uv({}, tmp_path) == {"UV_DEFAULT_INDEX": MIRROR}


def test_pip_s_variable_wins_over_its_files(tmp_path):
    settings(tmp_path, "[global]\nindex-url = https://other.example/simple\n")
    assert handed_to_uv({"PIP_INDEX_URL": MIRROR}, tmp_path) == {"UV_DEFAULT_INDEX": MIRROR}


def test_uv_s_own_settings_are_left_alone(tmp_path):
    settings(tmp_path, f"[global]\nindex-url = {MIRROR}\n")
    assert handed_to_uv({"UV_DEFAULT_INDEX": "https://mine.example"}, tmp_path) == {}
    settings(tmp_path, "", ".config/uv/uv.toml")
    assert handed_to_uv({}, tmp_path) == {}


def test_a_percent_sign_in_a_password_and_a_broken_file_do_no_harm(tmp_path):
    settings(tmp_path, "[global]\nindex-url = https://me:a%40b@mirror.example/simple\n", ".pip/pip.conf")
    settings(tmp_path, "no section\n")
    assert handed_to_uv({}, tmp_path)["UV_DEFAULT_INDEX"] == "https://me:a%40b@mirror.example/simple"


def test_on_windows_the_settings_of_the_roaming_profile_are_read(tmp_path):
    settings(tmp_path, f"[global]\nindex-url = {MIRROR}\n", "Roaming/pip/pip.ini")
    roaming = str(tmp_path / "Roaming")
    assert handed_to_uv({"APPDATA": roaming}, tmp_path) == {"UV_DEFAULT_INDEX": MIRROR}
