"""The one family of findings: what is wrong with a log, where, and what to do about it.

Every error carries a stable ``code`` (for programs and tests), the first bad ``index`` (an entry
number, where there is one), one sentence in Chinese and one in English, and the ``evidence`` a third
party needs to see the same thing. The family says how a verifier ends: ``Tampered`` 1, ``Unusable`` 2,
``Lacking`` 3 (0 is sound, 4 is wrong usage).
"""

from typing import ClassVar


class AuditError(Exception):
    """Something about a log that a person must be told; raised, or collected as a finding."""

    exit_code: ClassVar[int] = 2

    def __init__(self, code: str, zh: str, en: str, index: int | None = None, evidence: tuple[str, ...] = ()) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.zh = zh
        self.en = en
        self.index = index
        self.evidence = evidence

    def __reduce__(self) -> tuple[type, tuple[str, str, str, int | None, tuple[str, ...]]]:
        # Findings cross process boundaries in a verifier's worker pool.
        return type(self), (self.code, self.zh, self.en, self.index, self.evidence)


class Tampered(AuditError):
    """Proof that the log was changed, or that its keeper told two stories."""

    exit_code = 1


class Unusable(AuditError):
    """Input that is not in the form the format asks for; nothing can be concluded from it."""

    exit_code = 2


class Lacking(AuditError):
    """Sound as far as it goes, but evidence is missing."""

    exit_code = 3


class HeadMoved(Unusable):
    """Another transaction appended first; the caller repeats its whole transaction."""


# code: (family, Chinese sentence, English sentence). {where} is a path, a field or a line; {index} an entry number.
FAULTS: dict[str, tuple[type[AuditError], str, str]] = {
    # --- signed notes and keys ---
    "NOTE_MALFORMED": (
        Unusable,
        "签名文件的格式不对（{where}）：请重新取得原始文件，不要用文本编辑器保存它。",
        "The signed note is malformed ({where}): fetch the original file again and do not save it in a text editor.",
    ),
    "NOTE_NO_KNOWN_KEY": (
        Unusable,
        "文件上没有所给公钥的签名（{where}）：请核对公钥是否属于本社区。",
        "No given key has signed this note ({where}): check that the key belongs to this community.",
    ),
    "SIG_BAD": (
        Tampered,
        "{where} 的签名与内容不符：内容或签名被改动过，请保存此文件并报告监督委员会。",
        "The signature of {where} does not match the text: one of them was changed; keep this file and report it.",
    ),
    "VKEY_MALFORMED": (
        Unusable,
        "公钥的写法不对（{where}）：请从公告单上完整抄录“名称+编号+公钥”。",
        "The verifier key is malformed ({where}): copy the whole name+id+key from the notice sheet.",
    ),
    "SKEY_MALFORMED": (
        Unusable,
        "签名私钥文件不对（{where}）：请用备份恢复密钥文件。",
        "The signing key is malformed ({where}): restore the key file from its backup.",
    ),
    "KEY_AMBIGUOUS": (
        Unusable,
        "同一把公钥给了两次（{where}）：请只给一次。",
        "The same key was given twice ({where}): give it once.",
    ),
    "KEY_NONE": (
        Lacking,
        "没有给出公钥，所以没有核对检查点的签名：请用 --key 给出公告单上的公钥。",
        "No key was given, so the checkpoint's signature was not checked: give the notice sheet's key with --key.",
    ),
    # --- checkpoints ---
    "CP_MALFORMED": (
        Unusable,
        "检查点的内容不对（{where}）：请重新取得原始文件。",
        "The checkpoint's lines are malformed ({where}): fetch the original file again.",
    ),
    "CP_ORIGIN": (
        Unusable,
        "检查点属于另一个日志（{where}）：请确认拿到的是本社区的日志。",
        "The checkpoint belongs to another log ({where}): make sure this is your community's log.",
    ),
    "CP_NONE": (
        Lacking,
        "日志 {where} 还没有签过检查点：请先签发检查点再导出。",
        "The log {where} has no signed checkpoint yet: sign one before exporting.",
    ),
    "ROOT_MISMATCH": (
        Tampered,
        "由条目重新算出的根与签名的根不同（{where}）：日志被改动过，请保存证据并报告监督委员会。",
        "The root recomputed from the entries is not the signed one ({where}): the log was changed; keep the evidence.",
    ),
    "ROLLBACK": (
        Tampered,
        "日志比已签名的检查点短（{where}）：可能是旧备份被恢复或尾部被删，请找回较新的日志。",
        "The log is shorter than a checkpoint already signed ({where}): an old backup or a cut; find the newer log.",
    ),
    "SPLIT_VIEW": (
        Tampered,
        "同一长度有两个不同的根（{where}）：日志出现了两个版本，请保存两份检查点并报告。",
        "One size has two different roots ({where}): the log has two versions; keep both checkpoints and report them.",
    ),
    "FORK": (
        Tampered,
        "日志不是从已签名的检查点延续而来（{where}）：日志分叉了，请保存两份检查点并报告。",
        "The log does not continue a checkpoint signed before ({where}): it forked; keep both checkpoints and report.",
    ),
    # --- proofs ---
    "PROOF_LENGTH": (
        Tampered,
        "证明的长度或范围不对（{where}）：请重新取得证明。",
        "The proof has the wrong length or range ({where}): fetch the proof again.",
    ),
    "INCLUSION_BAD": (
        Tampered,
        "包含证明算不出所给的根：该条目不在这个日志里，请保存证明并报告。",
        "The inclusion proof does not lead to the root: the entry is not in this log; keep the proof and report it.",
    ),
    "CONSISTENCY_BAD": (
        Tampered,
        "一致性证明不成立：新日志不是旧日志的延续，请保存证明并报告。",
        "The consistency proof fails: the new log does not continue the old one; keep the proof and report it.",
    ),
    # --- entries ---
    "LEAF_MISMATCH": (
        Tampered,
        "第 {index} 条的内容与树中的校验值不同：该条被改动过，请保存证据并报告。",
        "Entry {index} differs from its hash in the tree: it was changed; keep the evidence and report it.",
    ),
    "CHAIN_BREAK": (
        Tampered,
        "第 {index} 条没有接在上一条之后：中间有条目被改动、删除或插入，请保存证据并报告。",
        "Entry {index} does not follow the one before: an entry was changed, removed or inserted; keep the evidence.",
    ),
    "SEQ_GAP": (
        Tampered,
        "第 {index} 条的序号不对（{where}）：有条目缺失或重复，请保存证据并报告。",
        "Entry {index} carries the wrong number ({where}): an entry is missing or repeated; keep the evidence.",
    ),
    "TRUNCATED": (
        Tampered,
        "日志只有 {index} 条，少于检查点所签的条数（{where}）：尾部被删，请保存证据并报告。",
        "The log ends at {index} entries, fewer than the checkpoint signed ({where}): its tail was cut; report it.",
    ),
    "UNSIGNED_TAIL": (
        Lacking,
        "第 {index} 条起没有检查点签名（{where}）：请等下一个检查点，或要求补签。",
        "From entry {index} on no checkpoint covers the entries ({where}): wait for, or ask for, the next checkpoint.",
    ),
    "ENTRY_NONCANONICAL": (
        Tampered,
        "第 {index} 条不是规定的唯一写法（{where}）：正规程序不会这样写，请保存证据并报告。",
        "Entry {index} is not in its one canonical form ({where}): no honest writer makes this; keep the evidence.",
    ),
    "ENTRY_SCHEMA": (
        Lacking,
        "第 {index} 条的格式版本本程序不认识（{where}）：请用更新的核验程序。",
        "Entry {index} has a form this program does not know ({where}): use a newer verifier.",
    ),
    "ENTRY_SIZE": (
        Unusable,
        "第 {index} 条太长（{where}）：每条不得超过 16384 字节，请分成几条。",
        "Entry {index} is too long ({where}): an entry has at most 16384 bytes; split it into several.",
    ),
    "ENTRY_VALUE": (
        Unusable,
        "这项内容不能写入日志（{where}）：只能是规范化文字、整数、真假、空值，键名只用 ASCII。",
        "This value cannot be logged ({where}): only NFC text, integers, booleans, null, under ASCII keys.",
    ),
    "TIME_BACKWARDS": (
        Tampered,
        "第 {index} 条的时间早于上一条：时间被改动过，请保存证据并报告。",
        "Entry {index} claims an earlier time than the one before: times were changed; keep the evidence.",
    ),
    "POSTDATED": (
        Tampered,
        "第 {index} 条的时间晚于收到日志的时间（{where}）：时间是编造的，请保存证据并报告。",
        "Entry {index} is dated after the log was received ({where}): its time is invented; keep the evidence.",
    ),
    # --- files ---
    "TILE_SHAPE": (
        Unusable,
        "文件 {where} 的名称或长度不对：请重新取得完整的导出。",
        "The file {where} has a wrong name or length: fetch the whole export again.",
    ),
    "TILE_MISMATCH": (
        Tampered,
        "文件 {where} 与由条目重新算出的不同：导出被改动过，请保存证据并报告。",
        "The file {where} differs from what the entries give: the export was changed; keep the evidence and report it.",
    ),
    "BUNDLE_MISSING": (
        Unusable,
        "缺少文件 {where}：请重新取得完整的导出。",
        "The file {where} is missing: fetch the whole export again.",
    ),
    "BUNDLE_DAMAGED": (
        Unusable,
        "文件在传输中损坏，没有打开（{where}）：请重新下载。",
        "The file was damaged in transit and was not opened ({where}): download it again.",
    ),
    "BUNDLE_UNSAFE": (
        Unusable,
        "这个文件包不安全，没有打开（{where}）：请向发布者索取原件。",
        "This bundle is unsafe and was not opened ({where}): ask its publisher for the original.",
    ),
    "EXPORT_EXISTS": (
        Unusable,
        "导出目录 {where} 已存在：请换一个新的目录名，以免覆盖。",
        "The export directory {where} exists already: name a new one, nothing is overwritten.",
    ),
    # --- the store ---
    "HEAD_MOVED": (
        HeadMoved,
        "日志 {where} 刚被另一项操作写入，本次没有写：请重试。",
        "Another act was written to the log {where} first and this one was not: try again.",
    ),
    "LOG_UNKNOWN": (
        Unusable,
        "没有日志 {where}：请核对名称。",
        "There is no log {where}: check its name.",
    ),
    "DATABASE_UNREADABLE": (
        Unusable,
        "打不开数据库，或其中没有日志（{where}）：请核对地址和读取权限。",
        "The database cannot be read or holds no log ({where}): check its address and your right to read it.",
    ),
    "HEAD_BAD": (
        Tampered,
        "日志 {where} 的表头与条目不符：数据库被改动过，请停用并报告。",
        "The head row of the log {where} does not match its entries: the database was changed; stop and report it.",
    ),
}


def fault(code: str, *, where: str | int = "", index: int | None = None, evidence: tuple[str, ...] = ()) -> AuditError:
    """Make the error for ``code``; ``where`` locates it, ``index`` is the first bad entry."""
    family, zh, en = FAULTS[code]
    place = {"where": where, "index": "?" if index is None else index}
    return family(code, zh.format(**place), en.format(**place), index, evidence)
