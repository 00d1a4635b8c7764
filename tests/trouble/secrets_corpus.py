"""Secrets that are none: made from parts at run time, so that no file holds anything like a real one."""

import base64
import random
import string
import uuid

LETTERS = string.ascii_letters + string.digits
UPPER = string.ascii_uppercase + string.digits
HEX = "0123456789abcdef"

USER, HOST, HOME = "mei.lin", "gpu-lab-07", "/home/mei.lin"

#: Sentences that a token may stand in.
FRAMES = (
    "{}",
    "export TOKEN={}",
    "token: {}",
    'login(token="{}")',
    "huggingface-cli login --token {} --add-to-git-credential",
    "{{'key': '{}'}}",
    "2024-05-01 12:00:00.123: W some/file.cc:12] using {} for the request",
    "error: bad credentials ({})",
    "https://api.example.com/v1?x=1&token={}",
    "curl -H 'Authorization: token {}' https://api.example.com",
)


#: Lines that a private address may stand in, where a name or an equals sign before it makes it look like a version.
PRIVATE_ADDRESSES = r"""
init_method='tcp://{}:29500'
export MASTER_ADDR={}
master_addr: {}
RuntimeError: connect() to {} failed
ConnectionRefusedError: cannot connect to {}
torch.distributed rank 0 = {}
node_ip_address={}
kernel: [UFW BLOCK] SRC={} DST=127.0.0.1
docker0   {}
cluster-node-01 {}
node-worker-3   {} NotReady
gpu-pod-abc   1/1   Running   {}
ssh -p 22 root@{}
ssh {}
mysql -h {} -P 3306
curl http {}
grpc server version 1.2 at {}
worker version: {}:8080
NCCL version 2.18 {}<0>
NET/Socket : Using [0]eth0:{}<0>
(RayTask pid=123, ip={}) RuntimeError
--rdzv-endpoint {}:29400
torchrun --master_addr {} train.py
mpirun -H {}:4,localhost:4
hosts = ["{}", "localhost"]
//{}/share/data
\\\\{}\share
NO_PROXY=localhost,{}
inet addr:{} Bcast:255.255.255.255
dial tcp {}:443: i/o timeout
the driver on {} did not answer
torch 2.1.0 on {}
tensorflow/serving at {}
{} port 22: refused
server {} is down
nameserver {}
无法连接到 {}
服务器地址：{}
{}
"""


def planted(seed=0):
    """Pairs (kind, text, secrets in it), about 700 of them."""
    random_ = random.Random(seed)

    def pick(alphabet, n):
        return "".join(random_.choice(alphabet) for _ in range(n))

    def b64(n):
        return base64.b64encode(random_.randbytes(n)).decode()

    def url64(n):
        return base64.urlsafe_b64encode(random_.randbytes(n)).decode().rstrip("=")

    tokens = {
        "github": lambda: random_.choice(["gh" + c + "_" for c in "pousr"]) + pick(LETTERS, 36),
        "github fine": lambda: "github" + "_pat_" + pick(LETTERS, 22) + "_" + pick(LETTERS, 59),
        "gitlab": lambda: "gl" + "pat-" + pick(LETTERS + "_", 20),
        "hugging face": lambda: "hf" + "_" + pick(string.ascii_letters, 34),
        "aws id": lambda: random_.choice(["AK", "AS"]) + "IA" + pick(UPPER, 16),
        "gcp": lambda: "AI" + "za" + pick(LETTERS + "_-", 34) + "x",
        "gcp oauth": lambda: "ya" + "29." + pick(LETTERS + "_-", 60) + "x",
        "openai": lambda: "s" + "k-" + random_.choice(["", "proj-", "svcacct-"]) + pick(LETTERS, 48),
        "anthropic": lambda: "s" + "k-ant-" + "api03-" + pick(LETTERS + "-_", 90) + "AA",
        "slack": lambda: (
            "xo" + random_.choice(["xb", "xp"]) + "-" + pick(string.digits, 12) + "-" + pick(LETTERS, 24)
        ),
        "package index": lambda: "py" + "pi-" + "AgEIc" + pick(LETTERS + "-_", 120) + "x",
        "package registry": lambda: "np" + "m_" + pick(LETTERS, 36),
        "weights and biases": lambda: "wandb" + "_v1_" + pick(LETTERS, 60),
        "jwt": lambda: ".".join(["ey" + "J" + url64(24), "ey" + "J" + url64(60), url64(32)]),
        "docker": lambda: "dckr" + "_pat_" + pick(LETTERS + "_-", 26) + "x",
        "nvidia": lambda: "nv" + "api-" + pick(LETTERS + "_-", 63) + "x",
        "unknown": lambda: pick(LETTERS, 20) + "9aB3xQ7" + pick(LETTERS, 21),
    }
    for kind, make in tokens.items():
        for frame in FRAMES if kind != "unknown" else FRAMES[1:4]:
            for _ in range(2):
                secret = make()
                yield kind, frame.format(secret), [secret]

    named = {
        "AWS_SECRET_ACCESS_KEY={}": lambda: b64(30),
        "aws_secret_access_key = {}": lambda: b64(30),
        "export WANDB_API_KEY={}": lambda: pick(HEX, 40),
        "wandb: login with the key {}": lambda: pick(HEX, 40),
        "api.wandb.ai login wandb {}": lambda: pick(HEX, 40),
        'OPENAI_API_KEY: "{}"': lambda: pick(LETTERS, 32),
        "HF_TOKEN={}": lambda: pick(LETTERS, 28) + "7a",
        "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey={};EndpointSuffix=x": lambda: b64(64),
        "https://acme.blob.core.windows.net/data?sv=2022-11-02&sr=c&sig={}": lambda: url64(32),
        "https://s3.amazonaws.com/b/k?X-Amz-Credential=x&X-Amz-Signature={}": lambda: pick(HEX, 64),
        "password = '{}'": lambda: pick(LETTERS + "!#", 12) + "Z",
        '"password": "{}"': lambda: pick(LETTERS, 9),
        "mysql --password={}": lambda: pick(LETTERS, 14),
        "--api-key {}": lambda: pick(LETTERS, 24),
        "client_secret={}": lambda: pick(LETTERS + "~_", 34) + "x",
        "DB_PASSWORD: {}": lambda: pick(LETTERS, 10),
        "Authorization: Bearer {}": lambda: pick(LETTERS + "._-", 40) + "x",
        "authorization: Basic {}": lambda: b64(18),
        "{{'Authorization': 'Bearer {}'}}": lambda: pick(LETTERS, 30),
        "X-Api-Key: {}": lambda: pick(LETTERS, 32),
        "Cookie: session={}": lambda: pick(LETTERS, 40),
        "Or copy and paste one of these URLs: http://localhost:8888/tree?token={}": lambda: pick(HEX, 48),
        "https://conda.anaconda.org/t/{}/acme/linux-64": lambda: (
            "ac-" + str(uuid.UUID(int=random_.getrandbits(128)))
        ),
        "https://hooks.slack.com/services/{}": lambda: (
            pick(UPPER, 9) + "/" + pick(UPPER, 9) + "/" + pick(LETTERS, 24)
        ),
        "machine api.wandb.ai login user password {}": lambda: pick(HEX, 40),
        "curl -u admin:{} https://example.com": lambda: pick(LETTERS, 12),
        "-----BEGIN RSA " + "PRIVATE KEY-----\n{}\n-----END RSA " + "PRIVATE KEY-----": lambda: b64(300),
        "-----BEGIN OPENSSH " + "PRIVATE KEY-----\n{}": lambda: b64(200),
        "-----BEGIN " + "PRIVATE KEY-----\\n{}\\n-----END " + "PRIVATE KEY-----\\n": lambda: b64(200),
    }
    for frame, make in named.items():
        for _ in range(3):
            secret = make()
            yield "named", frame.format(secret), [secret]

    for frame in (
        "Looking in indexes: https://{}:{}@{}/simple",
        "pip install --extra-index-url https://{}:{}@{}/simple torch",
        "https_proxy=http://{}:{}@{}:3128",
        "ProxyError('Cannot connect to proxy http://{}:{}@{}:8080')",
        "fatal: unable to access 'https://{}:{}@{}/team/model.git/'",
        "UV_INDEX_URL=https://{}:{}@{}/pip/simple",
    ):
        for _ in range(4):
            parts = [
                pick(string.ascii_lowercase, 7),
                pick(LETTERS + "!$%", 12),
                f"nexus.{pick(string.ascii_lowercase, 8)}.corp",
            ]
            yield "credentials", frame.format(*parts), parts[:2] + parts[2:]

    for frame in (
        "Looking in indexes: https://{}/simple",
        "pip install --index-url http://{}/pypi/simple --trusted-host {} keras",
        "index-url = https://{}/root/simple/",
        "PIP_INDEX_URL=https://{}/simple",
        "HTTPS_PROXY=http://{}:3128",
        "channel_alias: https://{}/conda",
    ):
        for _ in range(4):
            host = f"{pick(string.ascii_lowercase, 6)}.{pick(string.ascii_lowercase, 8)}.{random_.choice(['net', 'corp', 'com.cn', 'de'])}"
            yield "private index", frame.format(*[host] * frame.count("{}")), [host]

    for frame in (
        "{}",
        "contact {} for access",
        "Author: Li Wei <{}>",
        "mailto:{}",
        '"email": "{}"',
        "user {}, logged in",
    ):
        for _ in range(5):
            mail = f"{pick(string.ascii_lowercase, 5)}.{pick(string.ascii_lowercase, 6)}@{pick(string.ascii_lowercase, 7)}.{random_.choice(['com', 'edu.cn', 'ac.uk', 'de'])}"
            yield "e-mail", frame.format(mail), [mail]

    for frame in (
        "inet {} netmask 255.255.255.0",
        "Connection to {}:8888 refused",
        "http://{}:6006/",
        "MASTER_ADDR={}",
        "grpc://{}:8470",
        "Failed to connect to /{}:2222",
        "from {} port 22",
        '"worker": ["{}:12345", "localhost:1"]',
        "ssh root@{}",
        "host {} is down",
    ):
        for _ in range(4):
            ip = ".".join(
                str(random_.randrange(250) if i else random_.choice((10, 52, 172, 192, 211)))
                for i in range(4)
            )
            yield "ipv4", frame.format(ip), [ip]

    for frame in PRIVATE_ADDRESSES.strip().splitlines():
        for first in (
            f"10.{random_.randrange(256)}",
            "192.168",
            f"172.{random_.randrange(16, 32)}",
        ):
            ip = f"{first}.{random_.randrange(256)}.{random_.randrange(1, 255)}"
            yield "private ipv4", frame.format(ip), [ip]

    for frame in ("inet6 {}  prefixlen 64", "http://[{}]:8888", "listening on {}", "addr={}"):
        for _ in range(4):
            ip = (
                "fe80::" + ":".join(pick(HEX, 4) for _ in range(4))
                if random_.random() < 0.5
                else ":".join("2" + pick(HEX, 3) for _ in range(8))
            )
            yield "ipv6", frame.format(ip), [ip]

    for frame in ("ether {}  txqueuelen 1000", "HWaddr {}", '"mac": "{}"', "link/ether {} brd ff"):
        for separator in ":-":
            for _ in range(2):
                mac = separator.join(pick(HEX, 1) + "a" for _ in range(6))
                yield "mac", frame.format(mac), [mac]

    for frame in (
        "GPU 0: NVIDIA A100-SXM4-40GB (UUID: {})",
        "{}, 535.104.05, 40960 MiB",
        "CUDA_VISIBLE_DEVICES={}",
        "  MIG 1g.5gb Device 0: (UUID: {})",
    ):
        for _ in range(4):
            value = random_.choice(["GPU-", "MIG-"]) + str(uuid.UUID(int=random_.getrandbits(128)))
            yield "gpu id", frame.format(value), [value]

    for frame in (
        "    Serial Number                         : {}",
        '"serial": "{}"',
        "Board Serial: {}",
        "machine-id: {}",
        "Service Tag: {}",
        "  serial {}",
    ):
        for _ in range(3):
            value = pick(string.digits, 13)
            yield "serial", frame.format(value), [value]

    for frame in ("container id: {}", "/sys/fs/cgroup/docker/{}/memory.max", "docker-{}.scope"):
        value = pick(HEX, 64)
        yield "container", frame.format(value), [value]

    people = [pick(string.ascii_lowercase, 6) for _ in range(4)]
    for person in people:
        for frame in (
            'File "/home/{}/project/train.py", line 3, in <module>',
            "/Users/{}/miniforge3/envs/tf/lib/python3.11/site-packages/keras/__init__.py",
            r"C:\Users\{}\AppData\Local\Programs\Python\Python311\python.exe",
            r'File "C:\\Users\\{}\\train.py", line 1',
            "/mnt/c/Users/{}/Documents/model.keras",
            r"\\wsl$\Ubuntu\home\{}\data.csv",
            "C:/Users/{}/data",
            "USER={}",
            "uid=1000({}) gid=1000(x)",
            "-rw-r--r-- 1 {0} {0} 120 May  1 12:00 train.py",
            "username: {}",
        ):
            yield "person", frame.format(person), [person]
    yield "person", r"C:\Users\Bob Smithson\a.py", ["Bob", "Smithson"]

    for frame in (
        "{user}@{host}:~/x$ python train.py",
        "(base) [{user}@{host} model]$ nvidia-smi",
        "Linux {host} 5.15.0-91-generic #101-Ubuntu SMP x86_64",
        "HOSTNAME={host}",
        "{host} worker 0 failed",
        "{home}/venv/bin/python: can't open file",
        "|    0   N/A  N/A      1234      C   {user} python   1024MiB |",
        "scp model.h5 {user}@{host}.physics.edu:/data",
        "Permission denied: '{home}'",
        "HOST {host} says hello to {user}",
        "slurmstepd: error on host {host}",
        "{home}/a {home}/b",
    ):
        yield "own name", frame.format(user=USER, host=HOST, home=HOME), [USER, HOST]

    for remote in (
        "git@gitlab.{0}.com:{0}/secretmodel.git",
        "https://git.{0}.internal/x",
        "db01.{0}.corp:5432",
    ):
        company = pick(string.ascii_lowercase, 9)
        yield "private host", remote.format(company), [company]


#: Technical tokens that must stay, each in its line: {} stands for the token.
TECHNICAL = """
nvidia-cublas-cu12==12.1.3.1|12.1.3.1
nvidia-cudnn-cu12==9.1.0.70|9.1.0.70
nvidia-cusparse-cu12          12.1.0.106|12.1.0.106
Collecting nvidia-cuda-nvrtc-cu12==12.1.105 (from torch)|12.1.105
Found existing installation: nvidia-cudnn-cu12 8.9.2.26|8.9.2.26
ERROR: Could not find a version (from versions: 12.1.0.26, 12.1.3.1, 12.4.5.8)|12.1.0.26|12.1.3.1|12.4.5.8
cuDNN version 8.9.7.29 loaded|8.9.7.29
Loaded runtime CuDNN library: 8.0.5 but source was compiled with: 8.1.0|8.0.5|8.1.0
libcudart.so.11.0: cannot open shared object file|libcudart.so.11.0
libcublas.so.12.1.3.1: no version information|libcublas.so.12.1.3.1
nvidia_cublas_cu12-12.1.3.1-py3-none-manylinux1_x86_64.whl (410.6 MB)|12.1.3.1
driver 31.0.15.3623|31.0.15.3623
TensorRT v8.6.1.6 found|8.6.1.6
cudnn64_8.dll 8.2.4.15|8.2.4.15
requires nvidia-nccl-cu12==2.18.1; platform_system == "Linux"|2.18.1
libnvrtc-12.1.105.so|12.1.105
OpenCV(4.8.1) /io/opencv/modules/imgproc/src/color.cpp:182|4.8.1|color.cpp:182
tensorflow 2.15.0.post1|2.15.0.post1
torch==2.1.0+cu121|2.1.0+cu121
cudatoolkit               11.2.2.20  hbe64b41_10    conda-forge|11.2.2.20|hbe64b41_10
sha256=47DEQpj8HBSaTImW5JCeuQeRkm5NMpJWZG3hSuFU|47DEQpj8HBSaTImW5JCeuQeRkm5NMpJWZG3hSuFU
--hash=sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08|9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
commit 4a7d8c1f2e3b4a5968778695a4b3c2d1e0f9a8b7|4a7d8c1f2e3b4a5968778695a4b3c2d1e0f9a8b7
git_version: v2.15.0-rc1-8-g6887368d6d4|g6887368d6d4
at 0x7f3b2c1d4e50 in <module>|0x7f3b2c1d4e50
<keras.src.models.Sequential object at 0x000001F2A3B4C5D0>|0x000001F2A3B4C5D0
compute capability: 9.0, sm_90|9.0|sm_90
sm_50 sm_60 sm_70 sm_75 sm_80 sm_86 sm_90 sm_120|sm_50|sm_86|sm_120
/job:localhost/replica:0/task:0/device:GPU:0|/job:localhost/replica:0/task:0/device:GPU:0
device='cuda:0'|cuda:0
2024-05-01 12:34:56.789012: E external/local_xla/xla/stream_executor/cuda/cuda_driver.cc:282] failed call|12:34:56.789012|cuda_driver.cc:282
I0000 00:00:1714567890.123456   12345 gpu_device.cc:2022] Created device|00:00:1714567890.123456|gpu_device.cc:2022
CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected|CUDA_ERROR_NO_DEVICE
std::runtime_error c10::Error at::native::add|std::runtime_error|c10::Error|at::native::add
_ZN10tensorflow4data12_GLOBAL__N_120ParallelMapDatasetOpE8Iterator|_ZN10tensorflow4data12_GLOBAL__N_120ParallelMapDatasetOpE8Iterator
_ZNSt19basic_ostringstreamIcSt11char_traitsIcESaIcEEC1Ev, version GLIBCXX_3.4.26|_ZNSt19basic_ostringstreamIcSt11char_traitsIcESaIcEEC1Ev|GLIBCXX_3.4.26
undefined symbol: cublasLtGetStatusString, version libcublasLt.so.12|cublasLtGetStatusString|libcublasLt.so.12
PCI bus id: 0000:01:00.0, compute capability: 8.6|0000:01:00.0|8.6
00000000:3B:00.0 Off|00000000:3B:00.0
NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus|0000:3b:00|79
pad_token='[PAD]' max_tokens=512 eos_token_id=50256|[PAD]|512|50256
tokenizer.pad_token = tokenizer.eos_token|tokenizer.eos_token
KeyError: 'token'|'token'
token embedding key=query value=memory|key=query|value=memory
@tf.function decorated x @ w|@tf.function|x @ w
matrix a@b.T shape|a@b.T
memcpy@GLIBC_2.14 not defined|memcpy@GLIBC_2.14
pip install git+https://github.com/keras-team/keras@v3.5.0|github.com/keras-team/keras|v3.5.0
Looking in indexes: https://download.pytorch.org/whl/cu121|download.pytorch.org/whl/cu121
http://127.0.0.1:8888/lab|127.0.0.1:8888
TensorBoard 2.15.1 at http://localhost:6006/|localhost:6006
listening on 0.0.0.0:8501|0.0.0.0:8501
shape (32, 224, 224, 3) and (None, 10)|(32, 224, 224, 3)|(None, 10)
loss: 0.6931 - accuracy: 0.5000 - val_loss: 1.2345e-05|0.6931|1.2345e-05
NVIDIA-SMI 535.104.05   Driver Version: 535.104.05   CUDA Version: 12.2|535.104.05|12.2
NVIDIA GeForce RTX 4090, 24564MiB|RTX 4090|24564MiB
UCRTBASE.dll msvcp140_1.dll cudart64_110.dll|msvcp140_1.dll|cudart64_110.dll
cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64|cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64
/usr/local/cuda-12.2/targets/x86_64-linux/lib/libcudart.so.12.2.53|/usr/local/cuda-12.2/targets|libcudart.so.12.2.53
Python 3.11.7 (main, Dec 15 2023, 18:12:31) [GCC 11.2.0] on linux|3.11.7|18:12:31|11.2.0
TF_CPP_MIN_LOG_LEVEL=0 XLA_FLAGS=--xla_gpu_cuda_data_dir=/usr/lib/cuda|TF_CPP_MIN_LOG_LEVEL=0|--xla_gpu_cuda_data_dir=/usr/lib/cuda
ptxas fatal   : Value 'sm_120' is not defined for option 'gpu-name'|sm_120|gpu-name
Node: 'sequential/dense/BiasAdd' Matrix size-incompatible: In[0]: [32,784]|sequential/dense/BiasAdd|[32,784]
RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 7.79 GiB total)|2.00 GiB|GPU 0|7.79 GiB
exit code 139 (SIGSEGV), errno 12|139|12
/tmp/tmpab12cd34/model.keras|model.keras
layer conv2d_12_bn_relu_0_split_kernel_7x7_stride2|conv2d_12_bn_relu_0_split_kernel_7x7_stride2
cudnnGetConvolutionForwardAlgorithm_v7 CUDNN_STATUS_EXECUTION_FAILED_CUDART|cudnnGetConvolutionForwardAlgorithm_v7|CUDNN_STATUS_EXECUTION_FAILED_CUDART
StatefulPartitionedCall/functional_1_1/lstm_1/while/body/_165/functional_1_1|StatefulPartitionedCall/functional_1_1/lstm_1/while/body/_165/functional_1_1
kernel 5.15.0-91-generic #101~22.04.1-Ubuntu SMP|5.15.0-91-generic|22.04.1
Windows 10.0.22631.4169|10.0.22631.4169
rev 10.1.2.3 of cublas, release 10.2.89|10.1.2.3|10.2.89
nvidia-cublas-cu12 12.1.3.1|12.1.3.1
nvidia-cublas-cu12==10.1.2.3|10.1.2.3
requires nvidia-curand-cu12==10.3.2.106, but you have nvidia-curand-cu12 10.3.5.147 which is incompatible.|10.3.2.106|10.3.5.147
Requirement already satisfied: nvidia-curand-cu12==10.3.2.106 in /usr/lib (from torch) (10.3.2.106)|(10.3.2.106)
Successfully installed nvidia-curand-cu12-10.3.5.147 nvidia-cufft-cu12-11.0.2.54|10.3.5.147|11.0.2.54
    Uninstalling nvidia-curand-cu12-10.3.5.147:|10.3.5.147
libcurand                 10.3.5.147                    0    nvidia|10.3.5.147
libcurand-10.3.5.147 | 51.8 MB|10.3.5.147
/opt/TensorRT-10.0.1.6/lib/libnvinfer.so.10|10.0.1.6
TensorRT 10.0.1.6, tensorrt-cu12-bindings 10.0.1.6|10.0.1.6
{"nvidia-curand-cu12": "10.3.5.147"}|10.3.5.147
CUDA toolkit 10.1.2.3|10.1.2.3
libcudnn 8.9.7.29|8.9.7.29
requires cublas>=10.1.2.3, found 10.1.2.1|10.1.2.3|10.1.2.1
Upgrading curand from 10.1.2.3 to 10.2.3.4|10.1.2.3|10.2.3.4
cudatoolkit=10.1.2.3|10.1.2.3
tensorrt<10.1.2.3,>=10.0.1.6|10.1.2.3|10.0.1.6
No matching distribution (from versions: 8.6.1.6, 9.0.1.4, 10.0.1.6, 10.1.0.27)|9.0.1.4|10.0.1.6|10.1.0.27
package nvidia-cufft-cu12 (11.0.2.54) conflicts|11.0.2.54
basic_string::_M_construct null not valid|basic_string::_M_construct
Basic usage: model.fit(x, y)|model.fit(x, y)
Bearer of bad news: loss is NaN|bad news
the password for sudo is asked|password
user 'tensorflow' import|tensorflow
batch_size=32, key=value, secret santa dataset|batch_size=32|secret santa
owner of the GPU process 1234|1234
host memory 64 GiB, host to device copy|host memory|host to device
to 1.2.3.4.5|1.2.3.4.5
"""


def technical():
    """Pairs (line, tokens that must stay in it)."""
    for line in TECHNICAL.strip().splitlines():
        text, *tokens = line.split("|")
        yield text, tokens
