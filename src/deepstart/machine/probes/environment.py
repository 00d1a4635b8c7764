"""Environment variables, from an allow-list: others may hold secrets and are never read."""

from deepstart.machine.probes import probe

#: Variables that change what a framework does or which library is loaded, and hold no secret.
ALLOWED = (
    "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "CUDA_HOME", "CUDA_PATH", "CUDA_CACHE_MAXSIZE",
    "CUDA_CACHE_DISABLE", "CUDA_FORCE_PTX_JIT", "CUDA_LAUNCH_BLOCKING", "CUDA_MODULE_LOADING",
    "CUDNN_PATH", "LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH", "NVIDIA_VISIBLE_DEVICES",
    "NVIDIA_DRIVER_CAPABILITIES", "NVIDIA_REQUIRE_CUDA", "NVIDIA_DISABLE_REQUIRE", "XLA_FLAGS",
    "XLA_PYTHON_CLIENT_PREALLOCATE", "XLA_PYTHON_CLIENT_MEM_FRACTION", "TF_CPP_MIN_LOG_LEVEL",
    "TF_FORCE_GPU_ALLOW_GROWTH", "TF_ENABLE_ONEDNN_OPTS", "TF_USE_LEGACY_KERAS", "TF_GPU_ALLOCATOR",
    "KERAS_BACKEND", "JAX_PLATFORMS", "JAX_PLATFORM_NAME", "PYTORCH_CUDA_ALLOC_CONF",
    "PYTORCH_ENABLE_MPS_FALLBACK", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES",
    "HSA_OVERRIDE_GFX_VERSION", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "KMP_DUPLICATE_LIB_OK",
    "PYTHONPATH", "PYTHONHOME", "PYTHONNOUSERSITE", "VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV",
    "USE_TF", "USE_TORCH", "TPU_ACCELERATOR_TYPE", "COLAB_TPU_ADDR", "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION",
)  # fmt: skip


@probe("env.variables", source="environment")
def variables(system):
    return {"env.variables": {n: system.environ[n][:4000] for n in ALLOWED if n in system.environ}}


PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT")


@probe(
    "network.proxies",
    "network.certificates",
    "network.private_index",
    source="environment, pip configuration",
)
def network(system):
    """That there are proxies, certificates and indexes of one's own; never their addresses."""
    env = system.environ
    proxies = [name for name in PROXIES if env.get(name) or env.get(name.upper())]
    certificates = {name: system.exists(env[name]) for name in CERTIFICATES if env.get(name)}
    files = ("/etc/pip.conf", system.home + "/.config/pip/pip.conf", system.home + "/.pip/pip.conf")
    index = "PIP_INDEX_URL" in env or any("index-url" in system.read(f).text for f in files)
    return {"network.proxies": proxies, "network.certificates": certificates, "network.private_index": index}
