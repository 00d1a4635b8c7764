"""Takes people, machines and secrets out of a text before anybody else sees it.

The same secret becomes the same placeholder (`<token-1>`, `<ip-2>`), so a log stays readable. What
a diagnosis needs stays: package versions that look like addresses (12.1.3.1), hashes, commit ids,
paths below the home folder, loopback addresses, public mirrors. Standard library only, Python 3.8.
Every pattern is bounded, so the time grows in step with the text.
"""

import getpass
import ipaddress
import math
import os
import re
from typing import Any, Callable, Dict, Iterable, List, Match, Optional, Pattern, Tuple

from deepstart.four_numbers import harmless_address, names_no_machine, never_a_version
from deepstart.late_pattern import LatePattern

#: Account and host names that say nothing about a person.
NOBODY = frozenset(
    "root ubuntu user users colab jovyan runner admin vscode kaggle home python nobody ec2-user "
    "default public localhost vm host docker linux debian server desktop shared linuxbrew username "
    "azureuser sagemaker-user student dev data test local lib gpu cpu nvidia amd intel apple cuda jetson "
    "raspberrypi torch pytorch tensorflow keras jax numpy conda driver system windows macos laptop pc "
    "name you yourname me pythonuser container workspace".split()
)

#: Variables whose values help a diagnosis and say nothing about a person. All others stay at home.
SHAREABLE_VARIABLES = LatePattern(
    r"(?:CUDA_(?:VISIBLE_DEVICES|DEVICE_ORDER|HOME|PATH|ROOT|LAUNCH_BLOCKING|MODULE_LOADING|CACHE_\w+)"
    r"|NVIDIA_(?:VISIBLE_DEVICES|DRIVER_CAPABILITIES|REQUIRE_CUDA|TF32_OVERRIDE)|(?:DY)?LD_LIBRARY_PATH|LD_PRELOAD"
    r"|PATH|PYTHONPATH|PYTHONHOME|VIRTUAL_ENV|CONDA_PREFIX|CONDA_DEFAULT_ENV|LANG|LC_ALL|TERM|SHELL"
    r"|TF_(?:CPP_\w+|ENABLE_\w+|DISABLE_\w+|FORCE_\w+|GPU_\w+|XLA_\w+|CUDNN_\w+|USE_\w+|NUM_\w+|DETERMINISTIC_OPS|DUMP_GRAPH_PREFIX)|XLA_(?:FLAGS|PYTHON_\w+)|JAX_(?:PLATFORMS|PLATFORM_NAME|ENABLE_X64|DISABLE_JIT|DEBUG_NANS)"
    r"|KERAS_BACKEND|PYTORCH_(?:CUDA_ALLOC_CONF|ALLOC_CONF|ENABLE_MPS_FALLBACK)|TORCH_CUDA_ARCH_LIST"
    r"|(?:OMP|MKL|OPENBLAS|NUMEXPR)_NUM_THREADS|KMP_DUPLICATE_LIB_OK|NCCL_(?:DEBUG|P2P_DISABLE|IB_DISABLE|SHM_DISABLE)"
    r"|HF_HUB_OFFLINE|TRANSFORMERS_OFFLINE|PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION|SM_FRAMEWORK)"
)

#: Hosts that everybody uses; any other index, mirror or proxy names an employer.
PUBLIC_HOSTS = LatePattern(
    r"(?i)(?:[a-z0-9-]+\.)*(?:py(?:pi|thon|thonhosted)|pytorch|tensorflow|keras|anaconda|conda-forge|ubuntu|wikipedia"
    r"|kernel|numpy|scipy|apache|gnu|openml|arxiv|jax|llvm|sqlite|w3|ietf)\.(?:org|io|dev|com|cloud)"
    r"|(?i:(?:[a-z0-9-]+\.)*(?:github|gitlab|githubusercontent|google|googleapis|googlesource|nvidia|microsoft|azure|docker"
    r"|anaconda|huggingface|stackoverflow|stackexchange|kaggle|baidu|csdn|zhihu|aliyun|tencent|tencentyun|huaweicloud"
    r"|intel|amd|apple|readthedocs|openai|wandb|kaggleusercontent|cloudfront|jetbrains|visualstudio|hf-mirror|example)"
    r"\.(?:com|co|io|org|net|ai))|(?:[a-z0-9-]+\.)*(?:tuna\.tsinghua|ustc|sjtu|nju|bfsu|zju|hust|sustech)\.edu\.cn"
    r"|(?:[a-z0-9-]+\.)*(?:docker|gcr|ghcr|quay|nvcr)\.io|(?:[a-z0-9-]+\.)*modelscope\.cn|index\.example"
    r"|localhost|metadata\.google\.internal"
)

_KEY_BLOCK = LatePattern(
    r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}(?:PRIVATE KEY|PRIVATE KEY BLOCK)-----"
    r"(?:(?!-----BEGIN)[\s\S]){0,20000}?(?:-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----|\Z|(?=\n\s{0,9}\n|\s{0,9}-----BEGIN))"
    r"|PuTTY-User-Key-File-\d:[\s\S]{0,20000}?Private-MAC: [0-9a-f]{1,80}",
    "-----begin putty-user",
)

#: Tokens that show by their own form whose they are.
_TOKENS = LatePattern(
    r"(?<![A-Za-z0-9])(?:"
    r"gh[pousr]_[A-Za-z0-9]{16,255}|github_pat_[A-Za-z0-9_]{20,255}"  # GitHub
    r"|gl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|agent|oas)-[A-Za-z0-9_=.-]{16,255}"  # GitLab
    r"|hf_[A-Za-z0-9]{16,64}|api_org_[A-Za-z0-9]{16,64}"  # Hugging Face
    r"|(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ABIA|ACCA)[A-Z0-9]{12,124}"  # AWS
    r"|AIza[A-Za-z0-9_-]{30,60}|ya29\.[A-Za-z0-9_-]{16,2000}|GOCSPX-[A-Za-z0-9_-]{16,64}|1//0[A-Za-z0-9_-]{30,200}"  # GCP
    r"|sk-(?:proj-|svcacct-|admin-|ant-[a-z0-9]{1,10}-|or-v1-|live-|test-)?[A-Za-z0-9_-]{16,300}"  # OpenAI and kin
    r"|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,200}"
    r"|xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,300}|xapp-\d-[A-Za-z0-9-]{10,300}"  # Slack
    r"|py"
    r"pi-Ag[A-Za-z0-9_-]{16,500}"  # Python's package index
    r"|np"
    r"m_[A-Za-z0-9]{30,64}"  # JavaScript's
    r"|wandb_v1_[A-Za-z0-9_]{16,200}|local-[0-9a-f]{40}"  # Weights & Biases
    r"|dckr_(?:pat|oat)_[A-Za-z0-9_-]{16,100}|dop_v1_[a-f0-9]{40,80}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{24,64}"
    r"|r8_[A-Za-z0-9]{30,60}|gsk_[A-Za-z0-9]{30,80}|nvapi-[A-Za-z0-9_-]{30,100}|lsv2_(?:pt|sk)_[A-Za-z0-9_]{30,100}"
    r"|SG\.[A-Za-z0-9_-]{16,40}\.[A-Za-z0-9_-]{16,60}|glsa_[A-Za-z0-9_]{30,60}|tskey-[a-z]+-[A-Za-z0-9-]{16,80}"
    r"|eyJ[A-Za-z0-9_-]{6,4000}(?:\.[A-Za-z0-9_-]{0,8000}){1,4}"  # JSON web tokens
    r")(?![A-Za-z0-9])",
    "_ - akia asia aroa aida agpa anpa abia acca aiza ya29. 1//0 sg. eyj",
)
_SLACK_HOOK = LatePattern(
    r"(hooks\.slack\.com/(?:services|workflows)/)[A-Za-z0-9/_-]{8,200}",
    "hooks.slack.com",
)

_SECRET_NAME = (
    r"(?:[A-Za-z0-9]{1,30}[_.-]){0,6}(?:api[_-]?key|apikey|access[_-]?key(?:[_-]?id)?|secret(?:[_-]?(?:access[_-]?)?key)?|"
    r"account[_-]?key|shared[_-]?access[_-]?key|private[_-]?key|client[_-]?secret|auth[_-]?token|access[_-]?token|"
    r"refresh[_-]?token|session[_-]?token|id[_-]?token|security[_-]?token|authkey|passphrase|password|passwd|_auth|_?authToken)"
)
_NAMED_SECRET = LatePattern(
    r"(?i)(?<![A-Za-z0-9])((?:--)?[\"']?%s[\"']?\s{0,3}(?:=>|:=|[=:])\s{0,3}[\"']?)"
    r"(?![\"']?(?:None|null|true|false|str|os\.|getpass|<|\{|\$|\*\*\*|\.\.\.|for\b|is\b|was\b|and\b|or\b|to\b|not\b|in\b))"
    r"([^\s\"',;&}\])<>]{4,2000})" % _SECRET_NAME,
    "key secret token pass _auth",
)
_OPTION_SECRET = LatePattern(
    r"(?i)((?<![\w-])--(?:%s|token)\s{1,3}[\"']?)(?!-)([^\s\"']{4,2000})" % _SECRET_NAME,
    "--",
)
#: `token=…` and `pwd=…` are secrets only when the value looks like one: pad_token=[PAD], max_tokens=512 are not.
_NAMED_TOKEN = LatePattern(
    r"(?i)((?<![A-Za-z])(?:[A-Z0-9]{1,30}[_-]){0,5}(?:token|pwd|pat|credential|auth|key)[\"']?\s{0,2}[=:]\s{0,2}[\"']?)"
    r"((?=[^\s\"',;&]{0,400}\d)(?=[^\s\"',;&]{0,400}[A-Za-z])[A-Za-z0-9_~+/=.-]{16,2000})",
    "token pwd pat credential auth key",
)
_QUERY = LatePattern(
    r"(?i)([?&;](?:token|access_token|auth|authtoken|key|api_?key|apikey|password|passwd|pwd|secret|sig|signature|code|"
    r"client_secret|private_token|X-Amz-(?:Signature|Credential|Security-Token)|X-Goog-(?:Signature|Credential)|"
    r"Signature|Policy|Key-Pair-Id|AWSAccessKeyId|GoogleAccessId)=)[^&\s\"'<>]{1,4000}",
    "? & ;",
)
_HEADER = LatePattern(
    r"(?i)(\b(?:proxy-)?authorization[\"']?\s{0,2}[:=]\s{0,2}[\"']?(?:(?:bearer|basic|token|digest|negotiate)\s{1,3})?|"
    r"\bbearer\s{1,3}|\bbasic\s{1,3}(?=[A-Za-z0-9+/]{8,200}={1,2}(?![\w=]))|"
    r"\bx-(?:api-key|auth-token|access-token|goog-api-key|amz-security-token)[\"']?\s{0,2}[:=]\s{0,2}[\"']?|"
    r"\b(?:set-)?cookie\s{0,2}:\s{0,2}(?:[\w.-]{1,40}=)?)"
    r"(?!(?:token|bearer|basic|auth|authentication|model|usage|example|training)\b(?![.~+/=-])|[\w.-]{1,40}=<)([A-Za-z0-9._~+/:=-]{8,4000})",
    "authorization bearer basic x- cookie",
)
_CONDA = LatePattern(
    r"(/t/)[A-Za-z0-9_-]{6,200}(?=/)",
    "/t/",
)
_SERVICE = LatePattern(
    r"((?i:machine\s+\S{1,100}\s+login\s+))\S{1,100}(\s+(?i:password)\s+)\S{1,200}",
    "machine",
)  # .netrc
_WANDB = LatePattern(
    r"(?i)((?:wandb|weights\s*&\s*biases)[^\n]{0,80}?(?<![0-9a-z]))([0-9a-f]{40})(?![0-9a-z])",
    "wandb weights",
)
_CURL_USER = LatePattern(
    r"((?:^|\s)(?:-u|--user|--proxy-user|-U)[ =]?[\"']?)([^\s:\"'/]{1,60}:[^\s\"']{1,200})",
    "-u",
)
_URL_USER = LatePattern(
    r"(?i)(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{1,20}://)([^\s/@\"'<>]{1,200}(?::[^\s@\"'<>]{0,400})?)@(?=[\w\[])",
    "://",
)

_UUID_BODY = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_GPU_ID = LatePattern(
    r"\b(?:GPU|MIG)-(?:GPU-)?(?:%s|[0-9a-f]{8}(?:-[0-9a-f]{2,12})*)(?:/\d+/\d+)?(?![\w-])" % _UUID_BODY,
    "gpu- mig-",
)
_UUID = LatePattern(
    r"(?<![\w-])%s(?![\w-])" % _UUID_BODY,
    "-",
)
_SERIAL = LatePattern(
    r"(?i)(\b(?:board[ _]?|system[ _]?|chassis[ _]?|product[ _]?|gpu[ _]?)?(?:serial(?:[ _]?(?:number|no\.?|#))?|asset[ _]tag|"
    r"service[ _]tag|product[ _](?:key|id)|machine[ _-]?id|board[ _]?id|\bS/N)[\"']?\s{0,50}[:=]\s{0,10}[\"']?)"
    r"(?!N/A\b|None\b|0x?0*\b|\[|<|True\b|False\b|Not )([A-Za-z0-9][A-Za-z0-9._/-]{3,63})",
    "serial asset service product machine board s/n",
)
_BUS_SERIAL = LatePattern(
    r"(?i)(\bserial(?:[ _]number)?\s+)(?=[A-Z0-9]*\d{4})([A-Z0-9]{8,24})\b",
    "serial",
)
_CONTAINER = LatePattern(
    r"(?i)(\b(?:container|pod)(?:[ _-]?id)?[\"']?\s{0,3}[:= ]\s{0,3}[\"']?|/docker/|docker-|cri-containerd-|/kubepods[^\s]{0,120}/)([0-9a-f]{12,64})\b",
    "container pod docker",
)
_MAC = LatePattern(
    r"(?<![\w:.-])(?:(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}|(?=[0-9-]{0,16}[a-fA-F])(?:[0-9a-fA-F]{2}-){5}[0-9a-fA-F]{2}"
    r"|(?=[0-9.]{0,13}[a-f])(?:[0-9a-f]{4}\.){2}[0-9a-f]{4})(?![\w:-]|\.\d)"
)
_MAIL = LatePattern(
    r"(?<![A-Za-z0-9._%+@/-])[A-Za-z0-9._%+-]{1,64}(?:@|\s?\[at\]\s?|\s\(at\)\s)(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}(?![\w@])",
    "@ [at] (at)",
)
_PROMPT = LatePattern(
    r"(?m)(^|[\s(\[>\x1b])([A-Za-z_][\w.-]{0,31})@([A-Za-z0-9][\w.-]{0,62})(?=:[~/]|[:\s][^\n\s]{0,80}[\]$#%>]|\s?[%$#]\s)",
    "@",
)
_SSH = LatePattern(
    r"(\b(?:ssh|scp|rsync|sftp|mosh|sshfs)\s(?:[^\n@]{0,100}\s)?)([\w.-]{1,32})@([A-Za-z0-9][\w.-]{0,62})",
    "@",
)
_REMOTE = LatePattern(
    r"\b(git|hg|svn|gitlab|gitea)@([A-Za-z0-9][A-Za-z0-9.-]{1,100}):(?!\d)([\w./~-]{1,200})",
    "@",
)

_IPV4 = LatePattern(
    r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.-]|\.\d)|(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?=\.(?:\s|$)|-\d{1,3}\.)"
)
_IPV6 = LatePattern(
    r"(?<![\w:.])(?=[0-9a-fA-F:]{0,39}\d)(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?:%\w{1,15})?(?![\w:]|\.\d)",
    ":",
)

_WINDOWS_HOME = LatePattern(
    r"(?i)((?<![A-Za-z])[A-Z]:(?:\\{1,4}|/))(?:Users|Documents and Settings)(\\{1,4}|/)([^\\/:*?\"<>|\r\n]{1,40}(?=[\\/])|[^\\/:*?\"'<>|\s;,)]{1,60})",
    "users documents",
)
_POSIX_HOME = LatePattern(
    r"(?<![\w.-])((?:/mnt/[a-z]|/[a-z](?=/Users/)|\\\\wsl(?:\$|\.localhost)\\[\w.-]{1,40})?[/\\](?:home|Users|export/home|var/home|data/home|nfs/home|net/home|u/home|System/Volumes/Data/Users)[/\\])([^/\\\s:;\"'<>|,)\]}]{1,60})",
    "home users",
)
_OWN_FOLDER = LatePattern(
    r"(?<![\w.-])(/(?:scratch|work|data\d?|nfs|mnt/\w{1,20}|gpfs/\w{1,20}|lustre/\w{1,20}|storage)/(?:users?|people|staff|students)/)([^/\s:;\"'<>,)]{1,60})",
    "/user /people/ /staff/ /students/",
)
_TILDE_HOME = LatePattern(
    r"(?<![\w/])~([a-z][\w.-]{1,31})(?=/)",
    "~",
)

_INDEX = LatePattern(
    r"(?i)((?:--?(?:extra-)?index(?:-url)?|-i|--find-links|-f|--trusted-host|--default-index|--index-strategy-url|(?:extra[-_ ])?index[-_ ]url|find[-_]links|"
    r"trusted[-_]host|UV_(?:DEFAULT_|EXTRA_)?INDEX(?:_URL)?|PIP_\w{1,30}|looking in (?:indexes|links):|registry|channel_alias|HF_ENDPOINT|"
    r"(?:http|https|all|ftp)_proxy|--proxy|proxy(?: server| url| address)?|mirror)[\"']?\s{0,4}[:= ]\s{0,4}[\"']?)([^\n]{1,800})",
    "index -i find -f trusted uv_ pip_ looking registry channel_alias hf_endpoint proxy mirror",
)
_HOST_IN_URL = LatePattern(
    r"(?i)(?:(?<=://)|(?<=://<credentials>@)|(?<=@))([A-Za-z0-9][A-Za-z0-9.-]{0,200})",
    ":// @",
)
_TRUSTED_HOST = LatePattern(
    r"(?<=--trusted-host[= ])([A-Za-z0-9][A-Za-z0-9.-]{0,200})",
    "--trusted-host",
)
_BARE_HOST = LatePattern(r"(?<![\w./@:<-])((?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24})(?=[:/\s\"']|$)")
_PRIVATE_HOST = LatePattern(
    r"(?i)(?<![\w.-])(?<![\w.]/)(?!\w{1,40}\.(?:local|internal)\.)((?:[a-z0-9][a-z0-9-]{0,62}\.){1,6}(?:internal|intranet|intra|corp|lan|localdomain|priv|private|cluster\.local)|"
    r"[a-z][a-z0-9-]{1,62}-[a-z0-9-]{1,40}\.local|(?:ip|ec2)-\d{1,3}(?:-\d{1,3}){3}[a-z0-9.-]{0,80})(?![\w(]|\.[a-z_])",
    ".internal .intra .corp .lan .local .priv ip- ec2-",
)
#: A private zone below a public domain: git.corp.acme.com. Nobody's modules end in such a domain.
_INNER_HOST = LatePattern(
    r"(?i)(?<![\w.-])(?<![\w.]/)(?:[a-z0-9][a-z0-9-]{0,62}\.){1,4}(?:internal|intranet|intra|corp|lan|priv|private)\."
    r"(?:[a-z0-9][a-z0-9-]{0,62}\.){0,3}(?:com|net|org|edu|gov|cn|hk|tw|jp|kr|sg|de|fr|uk|eu|ch|nl|us|ca|au|br|ru)"
    r"(?![\w(-]|\.[a-z0-9_])",
    ".internal. .intranet. .intra. .corp. .lan. .priv. .private.",
)
_HOST_CONTEXT = LatePattern(
    r"(?i)((?:\b(?:host[ _]?name|nodename|node name|computer ?name|machine ?name|fqdn|MASTER_ADDR|SLURM_NODELIST|SLURM_JOB_NODELIST|HOST)[\"']?\s{0,20}[=:]\s{0,4}[\"']?)|\bon host )"
    r"(?!localhost\b|None\b|127\.|<|N/A)([A-Za-z0-9][\w.\[\],-]{1,80})",
    "host nodename node computer machine fqdn master_addr slurm",
)
_UNAME = LatePattern(
    r"(\bLinux )([A-Za-z0-9][\w.-]{1,63})(?= \d+\.\d+[\w.+-]* #)",
    "linux",
)
_USER_CONTEXT = LatePattern(
    r"(?i)((?<![\w-])(?:USER|USERNAME|LOGNAME|SUDO_USER|user ?name|account(?: name)?|logged in (?:as|to \S{1,60} as)|whoami|current user|--user|owner)[\"']?\s{0,8}(?:[=:]|(?<=as)\s)\s{0,4}[\"']?(?:[A-Z][A-Za-z0-9-]{1,30}\\{1,2})?)"
    r"(?!None\b|true\b|false\b|site\b|root\b|install|str\b|<|N/A|input|not )([A-Za-z_][\w.-]{1,40})",
    "user logname account logged whoami owner",
)
_UID = LatePattern(
    r"(\b[ug]id=\d{1,10}\()([A-Za-z_][\w.-]{1,40})(\))",
    "id=",
)
_LS = LatePattern(
    r"(?m)(^[-dlcbsp][rwxsStT-]{9}[.+@]?\s{1,4}\d{1,6}\s{1,4})([\w.-]{1,32})(\s{1,8})([\w.-]{1,32})(?=\s)"
)

_LONG = LatePattern(r"(?<![A-Za-z0-9+/_=.-])[A-Za-z0-9+/_-]{32,512}={0,2}(?![A-Za-z0-9+/_=.-])")
_HASH_BEFORE = LatePattern(
    r"(?i)(?:sha\d{1,3}|md5|hash(?:es)?|digest|integrity|blake2\w*|etag|crc|commit|build|file|symbol)[^\n]{0,24}$"
)

#: Shorter than any token, without what paths, addresses and settings are made of.
_SHORT_WORD = LatePattern(r"[\w +-]{0,15}")
_ONLY_A_VERSION = LatePattern(r"\d{1,9}(?:\.\w{1,12}){0,5}(?:\+[\w.]{1,20})?")


class Redactor:
    """Knows this user and this machine by name, and the forms that secrets have.

    Args:
        home: the user's home folder, which becomes `~`.
        names: words to mask wherever they stand alone, each with its kind: `(("alice", "user"), ...)`.
        folders: project folders, which become `<project>`.

    `masked` counts what was masked, by kind. One redactor keeps its numbering over many texts.
    """

    def __init__(self, home: str = "", names: Iterable[Tuple[str, str]] = (), folders: Iterable[str] = ()):
        self.masked: Dict[str, int] = {}
        self._known: Dict[Tuple[str, str], str] = {}
        self._counts: Dict[str, int] = {}
        self.home = home.rstrip("/\\") if len(home.rstrip("/\\")) > 5 else ""
        self.folders = [
            (_path_pattern(f), "<project>") for f in sorted(folders, key=len, reverse=True) if len(f) > 3
        ]
        self.names = [
            (re.compile(r"(?<![A-Za-z0-9])%s(?![A-Za-z0-9])" % re.escape(name), re.I), kind.strip("<>"))
            for name, kind in sorted(names, key=lambda pair: -len(pair[0]))
            if len(name) > 2 and name.lower() not in NOBODY
        ]

    @classmethod
    def of(cls, system: Any = None, folders: Iterable[str] = ()) -> "Redactor":
        """The redactor for this user on this machine."""
        home = getattr(system, "home", None) or os.path.expanduser("~")
        host = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
        names = [(_quietly(getpass.getuser), "user"), (os.path.basename(home), "user"), (host, "host")]
        names += [(host.split(".")[0], "host"), (os.environ.get("USERDOMAIN", ""), "host")]
        return cls(home, [(name, kind) for name, kind in names if name], folders)

    def text(self, text: str) -> str:
        """One text with everything private masked."""
        for step in _STEPS:
            text = step(self, text)
        return text

    def clean(self, value: Any) -> Any:
        """A value with every text in it masked, names of entries included.

        A number alone stays: as a value of its own 12.1.3.1 is a version and no address.
        """
        if isinstance(value, str):
            return value if self._is_plain(value) else self.text(value)
        if isinstance(value, dict):
            return {self.text(k) if isinstance(k, str) else k: self.clean(v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.clean(item) for item in value]
        return value

    def _is_plain(self, value: str) -> bool:
        """A version, or a short word that no rule can match: most of a snapshot, so it is worth the look."""
        if _ONLY_A_VERSION.fullmatch(value):
            return not never_a_version(value)
        return bool(_SHORT_WORD.fullmatch(value)) and not any(p.search(value) for p, _ in self.names)

    def variables(self, environment: Dict[str, str]) -> Dict[str, str]:
        """Those environment variables that may be shown, with their values masked."""
        shown = {k: v for k, v in sorted(environment.items()) if SHAREABLE_VARIABLES.fullmatch(k)}
        return {k: self.text(v) for k, v in shown.items()}

    def placeholder(self, kind: str, secret: str) -> str:
        """The mark that stands for `secret`: the same one each time."""
        self.masked[kind] = self.masked.get(kind, 0) + 1
        key = (kind, secret.lower())
        if key not in self._known:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._known[key] = "<%s-%d>" % (kind, self._counts[kind])
        return self._known[key]


def redact(text: str) -> str:
    """`text` with everything private masked, for this user on this machine."""
    return Redactor.of().text(text)


def _quietly(ask: Callable[[], Any]) -> str:
    try:
        return str(ask() or "")
    except (OSError, KeyError, ImportError):
        return os.environ.get("USER", "")


def _path_pattern(path: str) -> Pattern[str]:
    return re.compile(re.escape(path.rstrip("/\\")) + r"(?![\w.-])")


_Step = Callable[[Redactor, str], str]


def _whole(pattern: LatePattern, kind: str, keep: Optional[Callable[[Match[str]], bool]] = None) -> _Step:
    """A step that masks every match as one secret, except those that `keep` lets stand."""

    def mask(redactor: Redactor, text: str) -> str:
        def replace(match: Match[str]) -> str:
            if keep and keep(match):
                return match.group()
            return redactor.placeholder(kind, match.group())

        return pattern.sub(replace, text)

    return mask


def _groups(
    pattern: LatePattern, kinds: Dict[int, str], public: Optional[Callable[[str], Any]] = None
) -> _Step:
    """A step that masks some groups of every match and leaves the rest of it."""

    def mask(redactor: Redactor, text: str) -> str:
        def replace(match: Match[str]) -> str:
            parts: List[str] = []
            end = match.start()
            for number, kind in kinds.items():
                start, stop = match.span(number)
                secret = match.group(number)
                seen = secret.startswith("<") or (public and public(secret))
                parts += [text[end:start], secret if seen else redactor.placeholder(kind, secret)]
                end = stop
            return "".join(parts) + text[end : match.end()]

        return pattern.sub(replace, text)

    return mask


def _after(pattern: LatePattern, kind: str) -> _Step:
    """A step that keeps the first group and masks all that follows it in the match."""

    def mask(redactor: Redactor, text: str) -> str:
        def replace(match: Match[str]) -> str:
            secret = match.group()[len(match.group(1)) :]
            if secret.startswith("<") and secret.endswith(">"):
                return match.group()
            return match.group(1) + redactor.placeholder(kind, secret)

        return pattern.sub(replace, text)

    return mask


def _nobody(name: str) -> bool:
    return name.lower() in NOBODY


def _public_host(host: str) -> bool:
    return _nobody(host) or bool(PUBLIC_HOSTS.fullmatch(host)) or harmless_address(host)


def _no_ipv6(match: Match[str]) -> bool:
    candidate = match.group().partition("%")[0]
    try:
        ipaddress.IPv6Address(candidate)
    except ValueError:
        return True
    if harmless_address(candidate):
        return True
    groups = [g for g in candidate.split(":") if g]
    return len(groups) < 2 or (not any(len(g) > 2 for g in groups) and len(groups) < 8)


def _public_mail(match: Match[str]) -> bool:
    return match.group().lower().startswith(("git@", "noreply@")) or (
        "@v" in match.group() and "/" in match.group()
    )


def _homes(redactor: Redactor, text: str) -> str:
    """Home folders: the user's own becomes `~`, anybody's loses the name."""
    if redactor.home:
        for spelling in {
            redactor.home,
            redactor.home.replace("\\", "\\\\"),
            redactor.home.replace("\\", "/"),
        }:
            text = re.sub(re.escape(spelling) + r"(?![\w.-])", "~", text)
    return text


def _project_folders(redactor: Redactor, text: str) -> str:
    for pattern, placeholder in redactor.folders:
        text = pattern.sub(placeholder, text)
    return text


def _windows_homes(redactor: Redactor, text: str) -> str:
    def replace(match: Match[str]) -> str:
        if match.group(3).lower() in ("public", "default", "all users") or match.group(3).startswith("<"):
            return match.group()
        redactor.placeholder("user", match.group(3))
        return "~"

    return _WINDOWS_HOME.sub(replace, text)


def _posix_homes(redactor: Redactor, text: str) -> str:
    def replace(match: Match[str]) -> str:
        if match.group(2).lower() in ("linuxbrew", "shared", "conda", "runner") or match.group(2).startswith(
            "<"
        ):
            return match.group()
        redactor.placeholder("user", match.group(2))
        return "~"

    return _POSIX_HOME.sub(replace, text)


def _names(redactor: Redactor, text: str) -> str:
    for pattern, kind in redactor.names:
        text = pattern.sub(lambda match, kind=kind: redactor.placeholder(kind, match.group()), text)  # type: ignore[misc]
    return text


def _index_hosts(redactor: Redactor, text: str) -> str:
    """Hosts of private package indexes, mirrors and proxies, wherever an option or a setting names one."""

    def hide(match: Match[str]) -> str:
        host = match.group(1)
        return host if _public_host(host.rstrip(".")) else redactor.placeholder("private-index", host)

    def replace(match: Match[str]) -> str:
        rest = _TRUSTED_HOST.sub(hide, _HOST_IN_URL.sub(hide, match.group(2)))
        if "://" not in rest:
            rest = _BARE_HOST.sub(hide, rest)
        return match.group(1) + rest

    return _INDEX.sub(replace, text)


def _no_secret(match: Match[str]) -> bool:
    """Whether a long string without spaces is a name, a hash or a symbol rather than a random key."""
    value = match.group()
    before = match.string[max(0, match.start() - 40) : match.start()]
    if _HASH_BEFORE.search(before) or value.startswith(("_Z", "__", "/", "--", "==")) or "/" in value[:12]:
        return True
    kinds = sum(bool(re.search(p, value)) for p in ("[a-z]", "[A-Z]", "[0-9]"))
    if kinds < 3 or len(re.findall(r"[0-9]", value)) < 4 or re.search(r"[a-z]{7}|_[a-z]{3,}_|--", value):
        return True
    turns = len(re.findall(r"[a-z](?=[A-Z0-9])|[A-Z](?=[a-z0-9])|[0-9](?=[A-Za-z])", value))
    return turns < len(value) / 3 or _entropy(value) < 4.0


def _entropy(text: str) -> float:
    """Bits a character."""
    counts = [text.count(letter) / len(text) for letter in set(text)]
    return -sum(share * math.log2(share) for share in counts)


def _url_users(redactor: Redactor, text: str) -> str:
    def replace(match: Match[str]) -> str:
        if match.group(2).startswith("<") or (match.group(1).startswith("git") and match.group(2) == "git"):
            return match.group()
        redactor.placeholder("credentials", match.group(2))
        return match.group(1) + "<credentials>@"

    return _URL_USER.sub(replace, text)


def _netrc(redactor: Redactor, text: str) -> str:
    def replace(match: Match[str]) -> str:
        redactor.placeholder("credentials", match.group())
        return match.group(1) + "<user>" + match.group(2) + "<secret>"

    return _SERVICE.sub(replace, text)


#: In this order: what is longest and surest first, so that no later step sees half of it.
_STEPS: Tuple[_Step, ...] = (
    _whole(_KEY_BLOCK, "private-key"),
    _netrc,
    _url_users,
    _groups(_CURL_USER, {2: "credentials"}),
    _after(_SLACK_HOOK, "token"),
    _whole(_TOKENS, "token"),
    _after(_HEADER, "secret"),
    _after(_QUERY, "secret"),
    _after(_CONDA, "token"),
    _groups(_WANDB, {2: "token"}),
    _groups(_NAMED_SECRET, {2: "secret"}),
    _groups(_OPTION_SECRET, {2: "secret"}),
    _groups(_NAMED_TOKEN, {2: "secret"}),
    _whole(_GPU_ID, "gpu-id"),
    _groups(_SERIAL, {2: "serial"}),
    _groups(_BUS_SERIAL, {2: "serial"}),
    _whole(_UUID, "uuid"),
    _groups(_CONTAINER, {2: "container-id"}),
    _whole(_MAC, "mac"),
    _groups(_REMOTE, {2: "private-host", 3: "project"}, _public_host),
    _whole(_MAIL, "e-mail", _public_mail),
    _project_folders,
    _homes,
    _windows_homes,
    _posix_homes,
    _groups(_OWN_FOLDER, {2: "user"}, _nobody),
    _groups(_TILDE_HOME, {1: "user"}, _nobody),
    _index_hosts,
    _whole(_IPV4, "ip", names_no_machine),
    _whole(_IPV6, "ip", _no_ipv6),
    _groups(_SSH, {2: "user", 3: "host"}, _public_host),
    _groups(_PROMPT, {2: "user", 3: "host"}, _nobody),
    _groups(_PRIVATE_HOST, {1: "private-host"}, _public_host),
    _whole(_INNER_HOST, "private-host"),
    _groups(_HOST_CONTEXT, {2: "host"}, _public_host),
    _groups(_UNAME, {2: "host"}, _nobody),
    _groups(_USER_CONTEXT, {2: "user"}, _nobody),
    _groups(_UID, {2: "user"}, _nobody),
    _groups(_LS, {2: "user", 4: "user"}, _nobody),
    _names,
    _whole(_LONG, "secret", _no_secret),
)
