"""What Windows, glibc and shells say in another language leads to the same cause as their English."""

import pytest

from deepstart.trouble.cleaning import clean
from deepstart.trouble.explain import explain
from deepstart.trouble.localised import WORDINGS, in_english


def first_of(text):
    answer = explain(text)
    return answer["candidates"][0]["cause_id"] if answer["known"] else None


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("ImportError: libcudnn.so.8: 无法打开共享对象文件: 没有那个文件或目录", "cudnn-library-not-found"),
        (
            "ImportError: libcublas.so.10.0: Kann die Shared-Object-Datei nicht öffnen: "
            "Datei oder Verzeichnis nicht gefunden",
            "cuda-toolkit-version-differs-from-wheel",
        ),
        (
            "ImportError: libcublas.so.12: impossible d'ouvrir le fichier d'objet partagé: "
            "Aucun fichier ou dossier de ce type",
            "cuda-toolkit-version-differs-from-wheel",
        ),
        (
            "ImportError: DLL load failed while importing _pywrap_tensorflow_internal: "
            "Das angegebene Modul wurde nicht gefunden.",
            "windows-vc-redist-missing",
        ),
        (
            "ImportError: DLL load failed while importing _pywrap_tensorflow_internal: "
            "指定されたモジュールが見つかりません。",
            "windows-vc-redist-missing",
        ),
        (
            "OSError: [WinError 1455] Die Auslagerungsdatei ist zu klein, um diesen Vorgang durchzuführen. "
            'Error loading "D:\\torch\\lib\\cudnn_cnn_infer64_8.dll" or one of its dependencies.',
            "windows-commit-limit-dataloader-workers",
        ),
        ("由于找不到 cudart64_110.dll，无法继续执行代码。", "cuda-toolkit-version-differs-from-wheel"),
        (
            "由于找不到cudnn64_8.dll，无法继续执行代码。重新安装程序可能会解决此问题。",
            "cudnn-library-not-found",
        ),
        ("无法启动此程序，因为计算机中丢失 VCRUNTIME140_1.dll。", "windows-vc-redist-missing"),
        (
            "无法定位程序输入点 ?cuGetErrorName@at 于动态链接库 D:\\torch\\lib\\torch_cuda.dll 上。",
            "torch-libraries-mixed",
        ),
        ("E: 无法定位软件包 nvidia-driver-535", "driver-packages-conflict-in-apt"),
        ("dpkg: 处理软件包 nvidia-dkms-470 (--configure)时出错：", "driver-module-does-not-build"),
        ("modprobe: ERROR: could not insert 'nvidia': 所需的密钥不可用", "secure-boot-blocks-nvidia-module"),
        ("致命错误：cuda_runtime.h：没有那个文件或目录\n编译中断。", "cuda-headers-missing"),
        ("/usr/bin/ld: 找不到 -lcudart", "linker-finds-no-libcuda"),
        ("LINK : fatal error LNK1181: 无法打开输入文件“cublas.lib”", "linker-finds-no-libcuda"),
        (
            "bash: /home/user/anaconda3/bin/conda: 无法执行二进制文件: 可执行文件格式错误",
            "program-for-another-processor",
        ),
        ("bash: nvcc：未找到命令", "cuda-compiler-missing"),
        ("nvidia-smi：未找到命令", "nvidia-driver-not-installed"),
        (
            "conda : 无法将“conda”项识别为 cmdlet、函数、脚本文件或可运行程序的名称。请检查名称的拼写。",
            "conda-not-initialised",
        ),
        ("OSError: [Errno 28] 设备上没有空间: 'checkpoints/epoch_10.ckpt'", "disk-full"),
        (
            "Activate.ps1 : 无法加载文件 D:\\venv\\Scripts\\Activate.ps1，因为在此系统上禁止运行脚本。",
            "shell-does-not-start-environment",
        ),
    ],
)
def test_a_message_in_another_language_leads_to_its_cause(text, cause):
    assert first_of(text) == cause


@pytest.mark.parametrize(
    ("line", "english"),
    [
        ("[WinError 5] 拒绝访问。: 'a.pyd'", "[WinError 5] Access is denied。: 'a.pyd'"),
        ("[Errno 28] 裝置上已無多餘空間", "[Errno 28] No space left on device"),
        ("[WinError 126] Не удалось", "[WinError 126] The specified module could not be found. Не удалось"),
        ("[WinError 9999] Не удалось", "[WinError 9999] Не удалось"),
        (
            "'nvcc' 不是内部或外部命令，也不是可运行的程序",
            "'nvcc' is not recognized as an internal or external",
        ),
    ],
)
def test_only_the_words_of_the_system_change(line, english):
    assert in_english(line).startswith(english)


@pytest.mark.parametrize(
    "line",
    [
        "训练完成，模型已保存",
        "文件已上传，请稍候",
        "Épreuve terminée: précision 0,93",
        "loss: 0.3 – naïve baseline",
        "",
    ],
)
def test_what_is_no_message_of_the_system_stays(line):
    assert in_english(line) == line


def test_no_wording_stands_for_two_messages():
    every = [local for locals_ in WORDINGS.values() for local in locals_]
    assert len(every) == len(set(every))


def test_a_long_line_is_left_alone_and_a_long_log_is_read_to_the_end():
    assert in_english("没有那个文件或目录" * 1000) == "没有那个文件或目录" * 1000
    assert clean("第三轮：没有那个文件或目录\n" * 2000).flat.endswith("No such file or directory")


def test_the_line_is_shown_as_it_was_pasted():
    pasted = "ImportError: libcudnn.so.8: 无法打开共享对象文件: 没有那个文件或目录"
    answer = explain("import torch\n" + pasted)["candidates"][0]
    assert (answer["line"], answer["line_number"]) == (pasted, 2)
