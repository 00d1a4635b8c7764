"""What an operating system says in its own language, put into the English that all patterns know.

Python, pip and the frameworks speak English everywhere; Windows, glibc, bash and PowerShell speak the
language of the machine, and their words stand in the middle of Python's messages. Standard library only,
Python 3.8 syntax.
"""

import re

#: English, and how other languages say it. Chinese is complete for what deep learning meets; the others hold
#: the messages of the loader, which carry no number by which they could be known.
WORDINGS = {
    # Windows
    "The specified module could not be found": (
        "找不到指定的模块",
        "找不到指定的模組",
        "指定されたモジュールが見つかりません",
        "지정된 모듈을 찾을 수 없습니다",
        "Das angegebene Modul wurde nicht gefunden",
        "Le module spécifié est introuvable",
        "No se puede encontrar el módulo especificado",
        "No se encontró el módulo especificado",
        "Não foi possível encontrar o módulo especificado",
        "Impossibile trovare il modulo specificato",
        "Не найден указанный модуль",
        "Nie można odnaleźć określonego modułu",
        "Belirtilen modül bulunamadı",
    ),
    "The specified procedure could not be found": (
        "找不到指定的程序",
        "指定されたプロシージャが見つかりません",
        "지정된 프로시저를 찾을 수 없습니다",
        "Die angegebene Prozedur wurde nicht gefunden",
        "La procédure spécifiée est introuvable",
        "No se encontró el proceso especificado",
        "No se puede encontrar el procedimiento especificado",
        "Não foi possível encontrar o procedimento especificado",
        "Impossibile trovare la procedura specificata",
        "Не найдена указанная процедура",
        "Nie można odnaleźć określonej procedury",
        "Belirtilen yordam bulunamadı",
    ),
    "A dynamic link library (DLL) initialization routine failed": (
        "动态链接库(DLL)初始化例程失败",
        "动态链接库 (DLL) 初始化例程失败",
        "動態連結程式庫 (DLL) 初始化例行程序失敗",
        "動態連結程式庫 (DLL) 初始化常式失敗",
        "ダイナミック リンク ライブラリ (DLL) 初期化ルーチンの実行に失敗しました",
        "DLL(동적 연결 라이브러리) 초기화 루틴을 실행할 수 없습니다",
        "Eine DLL-Initialisierungsroutine ist fehlgeschlagen",
        "Une routine d’initialisation d’une bibliothèque de liens dynamiques (DLL) a échoué",
        "Une routine d'initialisation d'une bibliothèque de liens dynamiques (DLL) a échoué",
        "Error en una rutina de inicialización de biblioteca de vínculos dinámicos (DLL)",
        "Uma rotina de inicialização da biblioteca de vínculo dinâmico (DLL) falhou",
        "Произошел сбой в программе инициализации библиотеки динамической компоновки (DLL)",
    ),
    "The paging file is too small for this operation to complete": (
        "页面文件太小，无法完成操作",
        "頁面檔太小，無法完成操作",
        "分頁檔太小，無法完成此操作",
        "ページング ファイルが小さすぎるため、この操作を完了できません",
        "이 작업을 완료하기 위한 페이징 파일이 너무 작습니다",
        "Die Auslagerungsdatei ist zu klein, um diesen Vorgang durchzuführen",
        "Le fichier de pagination est insuffisant pour terminer cette opération",
        "El archivo de paginación es demasiado pequeño para completar la operación",
        "O arquivo de paginação é muito pequeno para que esta operação seja concluída",
        "Файл подкачки слишком мал для завершения операции",
    ),
    "Access is denied": ("拒绝访问", "存取被拒", "拒絕存取"),
    "The process cannot access the file because it is being used by another process": (
        "另一个程序正在使用此文件，进程无法访问",
        "由於另一個處理序正在使用檔案，所以程序無法存取該檔案",
    ),
    "The system cannot find the path specified": ("系统找不到指定的路径", "系統找不到指定的路徑"),
    "The system cannot find the file specified": ("系统找不到指定的文件", "系統找不到指定的檔案"),
    "The filename or extension is too long": ("文件名或扩展名太长", "檔案名稱或副檔名太長"),
    "is not a valid Win32 application": ("不是有效的 Win32 应用程序", "不是正確的 Win32 應用程式"),
    "The filename, directory name, or volume label syntax is incorrect": (
        "文件名、目录名或卷标语法不正确",
        "檔案名稱、目錄名稱或磁碟區標籤語法錯誤",
    ),
    "The directory name is invalid": ("目录名称无效", "目錄名稱無效"),
    "The directory is not empty": ("目录不是空的", "目錄不是空的"),
    "Cannot create a file when that file already exists": (
        "当文件已存在时，无法创建该文件",
        "檔案已存在時，無法建立該檔案",
    ),
    "A required privilege is not held by the client": ("客户端没有所需的特权", "用戶端沒有這項特殊權限"),
    "There is not enough space on the disk": ("磁盘空间不足", "磁碟空間不足"),
    "An existing connection was forcibly closed by the remote host": (
        "远程主机强迫关闭了一个现有的连接",
        "遠端主機已強制關閉一個現存的連線",
    ),
    "A connection attempt failed because the connected party did not properly respond": (
        "由于连接方在一段时间后没有正确答复或连接的主机没有反应，连接尝试失败",
        "連線嘗試失敗，因為連線對象有一段時間並未正確回應，或是連線建立失敗，因為連線的主機無法回應",
    ),
    "No connection could be made because the target machine actively refused it": (
        "由于目标计算机积极拒绝，无法连接",
        "無法連線，因為目標電腦拒絕連線",
    ),
    # glibc and its loader
    "cannot open shared object file": (
        "无法打开共享对象文件",
        "无法打开共享目标文件",
        "無法開啟共享目的檔",
        "無法開啟共用目的檔",
        "共有オブジェクトファイルを開けません",
        "공유 목적 파일을 열 수 없습니다",
        "공유 오브젝트 파일을 열 수 없습니다",
        "Kann die Shared-Object-Datei nicht öffnen",
        "impossible d'ouvrir le fichier d'objet partagé",
        "ne peut ouvrir le fichier d'objet partagé",
        "no se puede abrir el archivo del objeto compartido",
        "no se puede abrir el fichero de objeto compartido",
        "não foi possível abrir arquivo de objeto compartilhado",
        "não pode abrir arquivo compartilhado",
        "impossibile aprire il file oggetto condiviso",
        "невозможно открыть разделяемый объектный файл",
        "невозможно открыть общий объектный файл",
    ),
    "No such file or directory": (
        "没有那个文件或目录",
        "没有该文件或目录",
        "沒有此一檔案或目錄",
        "沒有那個檔案或目錄",
        "そのようなファイルやディレクトリはありません",
        "그런 파일이나 디렉터리가 없습니다",
        "Datei oder Verzeichnis nicht gefunden",
        "Aucun fichier ou dossier de ce type",
        "No existe el archivo o el directorio",
        "No existe el fichero o el directorio",
        "Arquivo ou diretório inexistente",
        "Arquivo ou diretório não encontrado",
        "File o directory non esistente",
        "Нет такого файла или каталога",
    ),
    "Permission denied": ("权限不够", "拒絕不符權限的操作", "許可被拒絕"),
    "No space left on device": ("设备上没有空间", "裝置上已無多餘空間"),
    "Disk quota exceeded": ("超出磁盘限额", "磁碟配額已滿"),
    "Cannot allocate memory": ("无法分配内存", "無法配置記憶體"),
    "No such device": ("没有那个设备", "沒有此一裝置"),
    "Device or resource busy": ("设备或资源忙", "裝置或系統資源忙碌中"),
    "No route to host": ("没有到主机的路由", "沒有路由到主機"),
    "cannot execute binary file": ("无法执行二进制文件", "無法執行二進位檔案", "無法執行二進位檔"),
    "cannot execute: required file not found": ("无法执行：找不到需要的文件", "无法执行: 找不到需要的文件"),
    "Too many open files": ("打开的文件过多", "开启太多文件", "開啟太多檔案"),
    "Operation not permitted": ("不允许的操作", "此項操作並不被允許"),
    "Read-only file system": ("只读文件系统", "唯讀檔案系統"),
    "Input/output error": ("输入/输出错误", "輸入/輸出錯誤"),
    "Exec format error": ("可执行文件格式错误", "執行檔格式錯誤"),
    "Connection refused": ("拒绝连接", "连接被拒绝", "連線被拒絕"),
    "Connection timed out": ("连接超时", "連線逾時"),
    "Connection reset by peer": ("连接被对方重设", "连接被对端重置", "连接被对端重设"),
    "Network is unreachable": ("网络不可达", "網路無法連接"),
    "Address already in use": ("地址已在使用", "地址已被使用", "位址已經在使用"),
    "Name or service not known": ("未知的名称或服务", "未知的名稱或服務"),
    "Temporary failure in name resolution": ("域名解析暂时失败", "暫時性名稱解析失敗"),
    # compilers and linkers
    "compilation terminated": ("编译中断",),
    "unresolved external symbol": ("无法解析的外部符号", "無法解析的外部符號"),
    # apt
    "Unable to locate package": ("无法定位软件包", "無法找到套件"),
    "The following packages have unmet dependencies": (
        "下列软件包有未满足的依赖关系",
        "下列的套件有未滿足的相依關係",
        "下列套件未滿足其相依關係",
    ),
    "Unable to correct problems, you have held broken packages": (
        "无法修正错误，因为您要求某些软件包保持现状，就是它们破坏了软件包间的依赖关系",
        "無法修正問題，您保留（hold）了損毀的套件",
    ),
    "but it is not going to be installed": ("但是它将不会被安装", "但它將不會被安裝"),
    "but it is not installable": ("但无法安装它", "但它卻無法安裝"),
    "Could not get lock": ("无法获得锁", "無法將 /var/lib/dpkg/lock 上鎖"),
    "It is held by process": ("锁正由进程",),
    # signals, as bash names them
    "Segmentation fault": ("段错误", "程式記憶體區段錯誤", "記憶體區段錯誤"),
    "Illegal instruction": ("非法指令", "不合法的命令"),
    "(core dumped)": ("(核心已转储)", "（核心已转储）", "(吐核)", "（吐核）", "(核心傾印)", "（核心傾印）"),
}
#: What encloses a name: a word that must stand in the line, where the name stands, and the English.
FRAMES = tuple(
    (mark, re.compile(frame), english)
    for mark, frame, english in (
        *(
            (words, " ?[：:] ?" + words, ": command not found")
            for words in (
                "未找到命令",
                "找不到命令",
                "找不到指令",
                "コマンドが見つかりません",
                "Kommando nicht gefunden",
                "commande introuvable",
                "orden no encontrada",
                "comando não encontrado",
            )
        ),
        *(
            (
                words,
                words,
                "is not recognized as an internal or external command, operable program or batch file",
            )
            for words in (
                "不是内部或外部命令，也不是可运行的程序",
                "不是內部或外部命令、可執行的程式或批次檔",
            )
        ),
        *(
            (
                mark,
                frame,
                r"The term '\1' is not recognized as the name of a cmdlet, function, script file,"
                " or operable program",
            )
            for mark, frame in (
                (
                    "项识别为",
                    r"""无法将["']([^"']{1,80})["']项识别为 ?cmdlet、函数、脚本文件或可运行程序的名称""",
                ),
                (
                    "詞彙是否為",
                    r"""無法辨識 ?["']([^"']{1,80})["'] ?詞彙是否為 ?Cmdlet、函數、指令檔或可執行程式""",
                ),
            )
        ),
        *(
            (mark, frame, r"File \1 cannot be loaded because running scripts is disabled on this system")
            for mark, frame in (
                ("禁止运行脚本", "无法加载文件 ?([^，。]{1,300})，因为在此系统上禁止运行脚本"),
                (
                    "已停用指令碼執行",
                    "因為這個系統上已停用指令碼執行，所以無法載入 ?([^，。]{1,300}?) ?檔案",
                ),
            )
        ),
        # the windows that Windows shows
        (
            "无法继续执行代码",
            r"由于找不到 ?([\w.-]{1,80}\.dll)，无法继续执行代码",
            r"The code execution cannot proceed because \1 was not found",
        ),
        (
            "计算机中丢失",
            r"无法启动此程序，因为计算机中丢失 ?([\w.-]{1,80}\.dll)",
            r"The program can't start because \1 is missing from your computer",
        ),
        (
            "无法定位程序输入点",
            r"无法定位程序输入点 ?([^于]{1,200}?) ?于动态链接库 ?(\S{1,200}) ?上",
            r"The procedure entry point \1 could not be located in the dynamic link library \2",
        ),
        (
            "已停止响应",
            r"显示器?驱动程序 ?nvlddmkm ?已停止响应",
            "Display driver nvlddmkm stopped responding",
        ),
        # compilers and linkers
        ("致命错误", r"致命错误[：:] ?([^：:\s]{1,120})[：:] ?", r"fatal error: \1: "),
        ("未定义的引用", r"对[‘'`]([^’']{1,200})[’']未定义的引用", r"undefined reference to `\1'"),
        ("找不到", r"找不到 ?(-l\w)", r"cannot find \1"),
        (
            "无法打开包括文件",
            r"""无法打开包括文件[：:] ?["']([^"']{1,200})["']""",
            r"Cannot open include file: '\1'",
        ),
        (
            "无法打开",
            r"""无法打开(?:输入)?文件 ?["']([^"']{1,200}\.lib)["']""",
            r"cannot open input file '\1'",
        ),
        # the kernel's modules, and dpkg
        (
            "could not insert",
            r"(could not insert '\w{1,40}': )[^\x00-\x7f]{0,8}(?:密钥|关键字|金鑰)[^\x00-\x7f]{0,8}",
            r"\1Required key not available",
        ),
        (" : 依赖: ", " : 依赖: ", " : Depends: "),
        (" : 相依關係: ", " : 相依關係: ", " : Depends: "),
        (
            "处理软件包",
            r"处理软件包 ?(\S{1,80}) ?\(--configure\) ?时出错",
            r"error processing package \1 (--configure)",
        ),
    )
)
#: Numbers that Python writes before the words, whatever their language: Windows, and Linux.
NUMBERED = {
    "WinError 2": "The system cannot find the file specified",
    "WinError 3": "The system cannot find the path specified",
    "WinError 5": "Access is denied",
    "WinError 32": "The process cannot access the file because it is being used by another process",
    "WinError 126": "The specified module could not be found",
    "WinError 127": "The specified procedure could not be found",
    "WinError 193": "%1 is not a valid Win32 application",
    "WinError 206": "The filename or extension is too long",
    "WinError 1114": "A dynamic link library (DLL) initialization routine failed",
    "WinError 1455": "The paging file is too small for this operation to complete",
    "WinError 10054": "An existing connection was forcibly closed by the remote host",
    "WinError 10060": "A connection attempt failed because the connected party did not properly respond",
    "WinError 10061": "No connection could be made because the target machine actively refused it",
    "Errno 2": "No such file or directory",
    "Errno 12": "Cannot allocate memory",
    "Errno 13": "Permission denied",
    "Errno 24": "Too many open files",
    "Errno 28": "No space left on device",
}
ENGLISH = {local: english for english, locals_ in WORDINGS.items() for local in locals_}
LOCAL = re.compile("|".join(re.escape(local) for local in sorted(ENGLISH, key=len, reverse=True)))
NUMBER = re.compile(r"\[((?:WinError|Errno) \d{1,5})\] (?=[^\x00-\x7f]|[A-Z][^\x00-\x7f])")
#: In a line without any letter beyond ASCII, words of the system stand only behind these.
PERHAPS = ("DLL load failed", "Error ", ".so", "kommando", "introuvable", "encontrada")


def in_english(line: str) -> str:
    """A line with the system's own words in English.

    >>> in_english("ImportError: libcudnn.so.8: 无法打开共享对象文件: 没有那个文件或目录")
    'ImportError: libcudnn.so.8: cannot open shared object file: No such file or directory'
    >>> in_english("OSError: [WinError 126] Не найден указанный модуль")
    'OSError: [WinError 126] The specified module could not be found'
    >>> in_english("bash: nvcc：未找到命令"), in_english("naïve")
    ('bash: nvcc: command not found', 'naïve')
    """
    if len(line) > 2000 or (line.isascii() and not any(word in line for word in PERHAPS)):
        return line
    line = LOCAL.sub(lambda found: ENGLISH[found[0]], line)
    if not line.isascii():
        line = NUMBER.sub(_numbered, line)
    for mark, frame, english in FRAMES:
        if mark in line:
            line = frame.sub(english, line)
    return line


def _numbered(found):
    words = NUMBERED.get(found[1])
    return "%s%s. " % (found[0], words) if words else found[0]
