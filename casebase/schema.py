"""The canonical schema: one SQLAlchemy definition for every engine.

Names are the contract for loading files and for the commands. All times are wall time of the city
without zone ([city] timezone of config.toml, Asia/Shanghai as it comes). Places are joined by code,
never by name. There are no foreign keys: real files refer to units and grids that arrive later or
never, and a row with a dangling code is kept and reported as a finding instead of being lost.
"""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

from casebase.personal import PersonalText

metadata = MetaData()
# When a row ends of which nothing says that it has.
OPEN_END = datetime(9999, 12, 31)


def _dropped_times() -> Column[str]:
    return Column("dropped_times", String, comment="times of the file that cannot be and were left blank: closed_at …")


area = Table(
    "area",
    metadata,
    Column("code", String, primary_key=True, comment="statistical code, or a local code for a zone without one"),
    Column("name", PersonalText, nullable=False),
    Column("level", SmallInteger, nullable=False, comment="1 city, 2 district or zone, 3 street, 4 community"),
    Column("parent_code", String),
    Column("kind", String, comment="区县 / 功能区 / 街道 / 乡镇 / 社区 / 村"),
    Column("population", Integer),
    Column("households", Integer),
    Column("lon", Float),
    Column("lat", Float),
    Column("shape", Text, comment="JSON list of polygons, each a list of rings of [lon, lat]"),
    Column("schematic", Boolean, nullable=False, default=False, comment="shape or position is schematic (示意)"),
    comment="city, districts and functional zones, streets, communities",
)

unit = Table(
    "unit",
    metadata,
    Column("unit_id", String, primary_key=True),
    Column("name", PersonalText, nullable=False),
    Column("kind", String, nullable=False, comment="市直 / 区县 / 街道"),
    Column("area_code", String),
    Column("contact", String, comment="how its office is reached: a telephone of the office, never of who petitioned"),
    comment="responsible units",
)

category = Table(
    "category",
    metadata,
    Column("code", String, primary_key=True),
    Column("name", PersonalText, nullable=False),
    Column("parent_code", String, comment="null for a first-level class"),
    Column("version", String, comment="edition of the classification"),
    comment="content classes, at most two levels",
)

petition = Table(
    "petition",
    metadata,
    Column("petition_id", BigInteger, primary_key=True, autoincrement=False),
    Column("case_no", String, nullable=False, comment="number in the source; unique within source"),
    Column("channel", PersonalText, comment="来信 来访 网信 电话 传真; 12345转办 is kept apart"),
    Column("purpose", PersonalText, comment="求决 申诉 意见建议 检举控告 其他"),
    Column("category_code", String),
    Column("title", PersonalText),
    Column("body", PersonalText),
    Column("petitioner_name", String),
    Column("petitioner_phone", String),
    Column("petitioner_key", String, comment="same person, hashed"),
    Column("people", Integer, nullable=False, default=1, comment="人次"),
    Column("is_first", Boolean, nullable=False, default=True, comment="初件"),
    Column("repeat_of", BigInteger, comment="petition_id of the first case of the same person and matter"),
    Column("is_simple", Boolean, nullable=False, default=False, comment="简单诉求"),
    Column("is_collective", Boolean, nullable=False, default=False, comment="five people and more"),
    Column("counted", Boolean, nullable=False, default=True, comment="纳入统计"),
    Column("restricted", Boolean, nullable=False, default=False, comment="检举控告: never on a screen"),
    Column("district_code", String),
    Column("street_code", String),
    Column("community_code", String),
    Column("grid_id", String),
    Column("lon", Float),
    Column("lat", Float),
    Column("unit_id", String, comment="责任单位, which handles the case"),
    Column("complained_unit_id", String, comment="被投诉单位, which the case complains about"),
    Column("registering_body", PersonalText, comment="登记机构, where the case was registered first"),
    Column("registering_level", PersonalText, comment="its level: 县 市 省 国家; the last two are 赴省 and 进京"),
    Column("handling_path", PersonalText, comment="办理路径: 第二十九条 第三十条 第三十一条第一项 … 第六项"),
    Column("is_skip_level", Boolean, comment="越级; null: the source does not say, as with the flags below"),
    Column("is_joint", Boolean, comment="联名"),
    Column("is_threat", Boolean, comment="扬言"),
    Column("leader_assigned", Boolean, comment="领导包案"),
    Column("is_long_standing", Boolean, comment="积案"),
    Column("agent_id", String, comment="信访代办员 who accompanies the case"),
    Column("registered_at", DateTime, nullable=False),
    Column("forwarded_at", DateTime, comment="转送、交办、直接回复"),
    Column("received_at", DateTime, comment="责任单位收到; where it is not known, forwarding stands for it"),
    Column("accepted_at", DateTime, comment="受理告知"),
    Column(
        "due_at",
        DateTime,
        comment="last moment of its limit: article 34, extension included, or 12345; null: none, or not begun",
    ),
    Column("extended_days", SmallInteger, nullable=False, default=0),
    Column("five_day_due", Date, comment="fifth working day of a simple claim; null otherwise"),
    Column("closed_at", DateTime, comment="办结, or the end without handling that the status names"),
    Column(
        "settled_by",
        DateTime,
        nullable=False,
        server_default=text(f"'{OPEN_END}'"),
        comment="no earlier than any time of a case that has ended; open ones are found by it (casebase.settled)",
    ),
    Column("resolved", Boolean, comment="化解; null while open"),
    Column("status", String, comment="待转送 待受理 办理中 已办结; 不予受理 不再受理 存"),
    Column("satisfaction_bureau", String, comment="满意 基本满意 不满意; null: not evaluated"),
    Column("satisfaction_unit", String, comment="满意 基本满意 不满意; null: not evaluated"),
    Column("evaluated_at", DateTime),
    Column("source", String, nullable=False, comment="which system or file the row came from"),
    Column("updated_at", DateTime, nullable=False),
    _dropped_times(),
    comment="one row a case (件次)",
)

petition_event = Table(
    "petition_event",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("petition_id", BigInteger, nullable=False),
    Column("happened_at", DateTime, nullable=False),
    Column("action", String, nullable=False, comment="登记 转送 受理告知 延期 答复 办结 评价 复查申请 …"),
    Column("unit_id", String),
    Column("actor", PersonalText),
    Column("note", PersonalText),
    comment="the whole course of a case",
)

grid = Table(
    "grid",
    metadata,
    Column("grid_id", String, primary_key=True),
    Column("name", PersonalText, nullable=False),
    Column("kind", String, nullable=False, comment="社区网格 微网格 农村网格 专属网格 (overlays others)"),
    Column("community_code", String),
    Column("street_code", String),
    Column("district_code", String),
    Column("households", Integer),
    Column("lon", Float),
    Column("lat", Float),
    Column("shape", Text, comment="as area.shape; always schematic in the demonstration city"),
    comment="grids of four kinds",
)

grid_worker = Table(
    "grid_worker",
    metadata,
    Column("worker_id", BigInteger, primary_key=True, autoincrement=False),
    Column("grid_id", String, nullable=False),
    Column("source", PersonalText, comment="where the worker comes from: 专职 兼职 志愿者 …"),
    Column("active_from", DateTime, nullable=False),
    Column("active_to", DateTime, comment="null while active"),
    _dropped_times(),
    comment="网格员",
)

agent = Table(
    "agent",
    metadata,
    Column("agent_id", String, primary_key=True),
    Column("community_code", String),
    Column("origin", PersonalText, comment="信访干部 村(社区)两委 信息员 矛调员 志愿者 网格员"),
    Column("active_from", DateTime, nullable=False),
    Column("active_to", DateTime, comment="null while active"),
    _dropped_times(),
    comment="信访代办员",
)

grid_task = Table(
    "grid_task",
    metadata,
    Column("task_id", BigInteger, primary_key=True, autoincrement=False),
    Column("petition_id", BigInteger, nullable=False),
    Column("kind", PersonalText, nullable=False, comment="协助化解 人员核查 人员关怀"),
    Column("grid_id", String),
    Column("worker_id", BigInteger),
    Column("pushed_at", DateTime, nullable=False),
    Column("contacted_at", DateTime),
    Column("contact_method", PersonalText, comment="电话 上门"),
    Column("finished_at", DateTime),
    Column("outcome", PersonalText, comment="就地化解 疏导上报 其他; 已核实 未核实; 已走访 未走访"),
    _dropped_times(),
    comment="work pushed to the grid platform",
)

social_org = Table(
    "social_org",
    metadata,
    Column("org_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", PersonalText, nullable=False),
    Column("kind", PersonalText, nullable=False, comment="矛调类 公益类 … or 孵化中心"),
    Column("level", PersonalText, comment="of an incubation centre: 区 街道"),
    Column("community_code", String),
    Column("founded_on", Date),
    comment="community social organisations and incubation centres",
)

mediation = Table(
    "mediation",
    metadata,
    Column("mediation_id", BigInteger, primary_key=True, autoincrement=False),
    Column("petition_id", BigInteger, comment="the petition it became, if it did"),
    Column("community_code", String),
    Column("dispute_kind", PersonalText, comment="家庭邻里 物业 劳资 …"),
    Column("org_id", BigInteger),
    Column("mediator_kind", PersonalText, comment="社工 志愿者 律师 矛调员 代办员 网格员 专家"),
    Column("opened_at", DateTime, nullable=False),
    Column("closed_at", DateTime),
    Column("outcome", PersonalText, comment="化解 未化解 转信访"),
    _dropped_times(),
    comment="访前调解",
)

expert = Table(
    "expert",
    metadata,
    Column("expert_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", PersonalText, nullable=False),
    Column("source", PersonalText, comment="高等院校 社会组织 市直单位 律师"),
    Column("field", PersonalText),
    Column("joined_on", Date, nullable=False),
    comment="市信访工作专家人才库",
)

hearing = Table(
    "hearing",
    metadata,
    Column("hearing_id", BigInteger, primary_key=True, autoincrement=False),
    Column("petition_id", BigInteger, nullable=False),
    Column("stage", PersonalText, nullable=False, comment="办理 复查 复核"),
    Column("applied_at", DateTime),
    Column("scheduled_at", DateTime),
    Column("held_at", DateTime),
    Column("is_public", Boolean, nullable=False, default=False),
    Column("status", String, nullable=False, comment="已申请 已排期 已举行 已取消"),
    Column("conclusion", PersonalText, comment="支持诉求 部分支持 维持原意见 达成和解"),
    Column("settled_at", DateTime, comment="息诉息访 after the hearing"),
    _dropped_times(),
    comment="听证, one row a 场次",
)

hearing_expert = Table(
    "hearing_expert",
    metadata,
    Column("hearing_id", BigInteger, primary_key=True, autoincrement=False),
    Column("expert_id", BigInteger, primary_key=True, autoincrement=False),
    Column("role", PersonalText, comment="主持 评议"),
    Column("recused", Boolean, nullable=False, default=False, comment="回避"),
    comment="panels; a row that is not recused is one 人次",
)

hearing_participant = Table(
    "hearing_participant",
    metadata,
    Column("hearing_id", BigInteger, primary_key=True, autoincrement=False),
    Column("participant_no", Integer, primary_key=True, autoincrement=False, comment="1, 2 … within the hearing"),
    Column("kind", PersonalText, nullable=False, comment="志愿者 人大代表 政协委员 群众代表 …"),
    Column("role", PersonalText, comment="主持 听证员 评议"),
    comment="who sits at a hearing and is no expert of the pool, one row a person (人次)",
)

expert_task = Table(
    "expert_task",
    metadata,
    Column("task_id", BigInteger, primary_key=True, autoincrement=False),
    Column("expert_id", BigInteger, nullable=False),
    Column("petition_id", BigInteger),
    Column("mediation_id", BigInteger),
    Column("kind", PersonalText, nullable=False, comment="调解 办理"),
    Column("took_part_at", DateTime, nullable=False),
    _dropped_times(),
    comment="what experts do beside hearings, one row an expert and a case",
)

reception = Table(
    "reception",
    metadata,
    Column("reception_id", BigInteger, primary_key=True, autoincrement=False),
    Column("leader_title", PersonalText, nullable=False, comment="the office, never the name"),
    Column("kind", PersonalText, comment="article 18: 接访 下访 阅批 包案; null: 接访"),
    Column("held_at", DateTime, nullable=False),
    Column("place", PersonalText),
    Column("petition_id", BigInteger),
    Column("closed_at", DateTime),
    _dropped_times(),
    comment="what leaders do themselves: 接访 下访 阅批 包案",
)

supervision = Table(
    "supervision",
    metadata,
    Column("supervision_id", BigInteger, primary_key=True, autoincrement=False),
    Column("petition_id", BigInteger, nullable=False),
    Column("level", PersonalText, nullable=False, comment="市级督办 区县督办"),
    Column("issued_at", DateTime, nullable=False),
    Column("due_at", DateTime, nullable=False),
    Column("replied_at", DateTime),
    Column("result", PersonalText),
    Column("escalation", PersonalText, comment="article 39: 约谈 通报 挂牌督办 责令限期整改"),
    _dropped_times(),
    comment="督办, one row an order",
)

proposal = Table(
    "proposal",
    metadata,
    Column("proposal_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", PersonalText, nullable=False, comment="article 40: 改进工作 完善政策 追究责任"),
    Column("unit_id", String, comment="to whom it is made"),
    Column("petition_id", BigInteger),
    Column("made_at", DateTime, nullable=False),
    Column("feedback_at", DateTime, comment="written feedback of the addressee"),
    Column("outcome", PersonalText, comment="采纳 部分采纳 未采纳; null: no feedback yet"),
    _dropped_times(),
    comment="三项建议 of the petition bureau",
)

model_case = Table(
    "model_case",
    metadata,
    Column("model_case_id", BigInteger, primary_key=True, autoincrement=False),
    Column("petition_id", BigInteger),
    Column("mediation_id", BigInteger),
    Column("title", PersonalText, nullable=False),
    Column("dispute_kind", PersonalText),
    Column("method", PersonalText),
    Column("who", PersonalText, comment="社工 志愿者 …"),
    Column("outcome", PersonalText),
    Column("told_on", Date),
    comment="优秀案例库",
)

workday = Table(
    "workday",
    metadata,
    Column("day", Date, primary_key=True),
    Column("is_workday", Boolean, nullable=False),
    Column(
        "workday_no", Integer, nullable=False, comment="working days from the first day up to and including this one"
    ),
    Column("published", Boolean, nullable=False, comment="false: the year's arrangement is not published"),
    comment="the working-day calendar",
)

load_run = Table(
    "load_run",
    metadata,
    Column("load_id", BigInteger, primary_key=True, autoincrement=False),
    Column("source", String, nullable=False),
    Column("file_name", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("started_at", DateTime, nullable=False),
    Column("rows_read", BigInteger, nullable=False),
    Column("rows_loaded", BigInteger, nullable=False),
    Column("rows_rejected", BigInteger, nullable=False),
    comment="every load and what became of its rows",
)

load_reject = Table(
    "load_reject",
    metadata,
    Column("load_id", BigInteger, primary_key=True, autoincrement=False),
    Column("line_no", BigInteger, primary_key=True, autoincrement=False),
    Column("column_name", String),
    Column("reason", PersonalText, nullable=False),
    comment="rows of a load that were not taken, with the reason",
)

info = Table(
    "info",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", Text, nullable=False),
    comment="version (counts changes), changed_at, demonstration, city_name, calendar, seed, data_until, followed_at, "
    "person_secret",
)
