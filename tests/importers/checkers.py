"""What each importer's documentation asks of a file, as a check of its own.

Written from the documentation alone, not from clubcall's presets. Each check
gives the list of what the importer would refuse; an empty list is a file that
it takes.
"""

import csv
import datetime
import io
import re

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
E164 = re.compile(r"\+[1-9]\d{6,14}")


def _text(path, wrong):
    data = path.read_bytes()
    if data.startswith(b"\xef\xbb\xbf"):
        wrong.append("a byte order mark")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        wrong.append("not UTF-8")
        return ""


def _table(path, wrong, key=None, limit=None):
    """Header and rows of a CSV with a header, and what is wrong with any."""
    text = _text(path, wrong)
    table = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    header, rows = (table[0], table[1:]) if table else ([], [])
    if len(set(header)) != len(header) or not all(header):
        wrong.append("headers are not unique")
    if any(len(row) != len(header) for row in rows):
        wrong.append("rows of another width")
    if any("\n" in cell or "\r" in cell for row in table for cell in row):
        wrong.append("a line break in a cell")
    if text.count("\n") != len(table):
        wrong.append("a blank row, or a last row that does not end")
    for row in rows:
        for name, cell in zip(header, row):
            if cell.startswith(FORMULA) and not E164.fullmatch(cell):
                wrong.append(f"{name} begins a formula")
                break
    objects = [dict(zip(header, row)) for row in rows]
    if key:
        keys = [row.get(key) for row in objects]
        if not all(keys) or len(set(keys)) != len(keys):
            wrong.append(f"{key} is not unique")
    if limit and len(rows) > limit:
        wrong.append(f"{len(rows)} rows")
    return header, objects


def _date(text):
    return not text or bool(datetime.date.fromisoformat(text))


def salesforce(path):
    """Bulk API 2.0, "Prepare CSV Files", "Relationship Fields in a Header
    Row", Object Reference: CampaignMember, Task."""
    wrong = []
    header, rows = _table(path, wrong, key="Clubcall_Id__c")
    if path.stat().st_size > 100_000_000:
        wrong.append("more than 100 MB")
    if b"\r\n" in path.read_bytes():
        wrong.append("CRLF in a job whose lineEnding is LF")
    field = re.compile(r"([A-Za-z]\w*:)?[A-Za-z]\w*(\.[A-Za-z]\w*)?")
    wrong += [f"no field: {name}" for name in header if not field.fullmatch(name)]
    if path.name.startswith("invitations-"):
        needed = {"Campaign.Clubcall_Id__c", "Contact.Clubcall_Id__c", "Status"}
    else:
        # WhoId is polymorphic and so needs the object's type.
        needed = {"Contact:Who.Clubcall_Id__c", "Subject", "Status", "ActivityDate"}
    wrong += [f"no {name}" for name in needed - set(header)]
    for row in rows:
        if any(len(cell) > 32_000 for cell in row.values()):
            wrong.append("more than 32,000 characters")
        if len(row.get("Subject", "")) > 255:
            wrong.append("a subject of more than 255 characters")
        if len(row["Clubcall_Id__c"]) > 255:
            wrong.append("an external id of more than 255 characters")
        if not _date(row.get("ActivityDate", "")):
            wrong.append("no date")
    return wrong


def hubspot(path):
    """Knowledge Base, "Set up import files"."""
    wrong = []
    header, rows = _table(path, wrong, key="Clubcall ID", limit=1_048_575)
    if path.stat().st_size > 512 * 1024 * 1024:
        wrong.append("more than 512 MB")
    if len(header) >= 1000:
        wrong.append("1,000 columns")
    if not {"First Name", "Last Name", "Email"} & set(header):
        wrong.append("a contact needs a name or an address")
    for row in rows:
        phone = row.get("Phone Number", "")
        if phone and not E164.fullmatch(phone):
            wrong.append("a phone without its country code")
        if not _date(row.get("Club Call Due", "")):
            wrong.append("no date")
    return wrong


def odoo(path):
    """Documentation, "Export and import data"."""
    wrong = []
    header, rows = _table(path, wrong, key="id")
    for row in rows:
        for name in ("id", "partner_id/id"):
            # A dot parts module and name; a space is refused.
            if name in row and not re.fullmatch(r"[^\s.]+", row[name]):
                wrong.append(f"{name} is no external id")
        if not row.get("name"):
            wrong.append("a record without a name")
        if not row["id"].startswith("clubcall_"):
            wrong.append("an external id without the application's prefix")
        if not _date(row.get("date_deadline", "")):
            wrong.append("no date")
    if path.stem.endswith("-update") and "phone" in header:
        wrong.append("an update would empty phones")
    return wrong


def mautic(path):
    """Documentation, "Import contacts"."""
    wrong = []
    header, rows = _table(path, wrong, key="clubcall_id", limit=5_000)
    wrong += [f"no alias: {name}" for name in header if not re.fullmatch(r"[a-z][a-z0-9_]*", name)]
    # The importer reads line by line.
    for line in path.read_text(encoding="utf-8").splitlines():
        if len(next(csv.reader([line]))) != len(header):
            wrong.append("a line that is no record")
            break
    for row in rows:
        due = row.get("club_call_due", "")
        if due and not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", due):
            wrong.append("a time that is not YYYY-MM-DD hh:mm:ss")
        if any(not tag for tag in row.get("tags", "x").split("|")):
            wrong.append("an empty tag")
    return wrong


LEAD = [  # NON-AGENT API, add_lead, in the order of the loader's standard layout
    ("vendor_lead_code", 20), ("source_id", 50), ("list_id", 12), ("phone_code", 4),
    ("phone_number", 16), ("title", 4), ("first_name", 30), ("middle_initial", 1),
    ("last_name", 30), ("address1", 100), ("address2", 100), ("address3", 100), ("city", 50),
    ("state", 2), ("province", 50), ("postal_code", 10), ("country_code", 3), ("gender", 1),
    ("date_of_birth", 10), ("alt_phone", 12), ("email", 70), ("security_phrase", 100),
    ("comments", 255), ("rank", 5), ("owner", 20),
]


def vicidial(path):
    """The lead loader's standard layout, and the fields of `add_lead`."""
    wrong = []
    if path.suffix != ".txt":
        wrong.append("not .txt")
    text = _text(path, wrong)
    phones = []
    for line in text.split("\n")[:-1]:
        # The loader's own reading: 4,096 bytes, the delimiter that is there
        # more often, quotes and the like taken out.
        if len(line.encode()) > 4_095:
            wrong.append("a line longer than the loader reads")
        if re.search(r"['\"`\\;|\r]", line):
            wrong.append("a character that the loader takes out")
        fields = line.split("\t")
        if len(fields) != len(LEAD):
            wrong.append(f"{len(fields)} fields")
            continue
        for (name, limit), value in zip(LEAD, fields):
            if len(value) > limit:
                wrong.append(f"{name} is too long")
            if value.startswith(FORMULA):
                wrong.append(f"{name} begins a formula")
        lead = dict(zip([name for name, _ in LEAD], fields))
        if not re.fullmatch(r"\d{6,16}", lead["phone_number"]):
            wrong.append("a phone number that is not 6 to 16 digits")
        if not re.fullmatch(r"\d{1,4}", lead["phone_code"]):
            wrong.append("a phone code that is not 1 to 4 digits")
        if not re.fullmatch(r"\d{3,12}", lead["list_id"]):
            wrong.append("a list id that is not 3 to 12 digits")
        if lead["gender"] not in ("U", "M", "F"):
            wrong.append("no gender")
        phones.append(lead["vendor_lead_code"])
    if len(set(phones)) != len(phones):
        wrong.append("the same lead twice")
    if text and not text.endswith("\n"):
        wrong.append("a last line that does not end")
    return wrong


def genesys(path):
    """Resource Center, "Create lists in CSV format", "Create a new contact
    list"."""
    wrong = []
    header, rows = _table(path, wrong, key="clubcall_id", limit=1_000_000)
    if len(header) > 50:
        wrong.append("more than 50 columns")
    if any(len(name) > 128 or re.search(r"[^\w -]", name) for name in header):
        wrong.append("a header that is too long or has special characters")
    for row in rows:
        if any(len(cell) > 512 for cell in row.values()):
            wrong.append("more than 512 characters in a cell")
        if not E164.fullmatch(row.get("phone", "")):
            wrong.append("no number in E.164")
    return wrong


def espocrm(path):
    """Documentation, "Import"."""
    wrong = []
    header, rows = _table(path, wrong, key="clubcallId")
    for row in rows:
        if not row.get("lastName", row.get("name")):
            wrong.append("a record without a name")
        phone = row.get("phoneNumber", "")
        if phone and not E164.fullmatch(phone):
            wrong.append("a phone without its country code")
        if not _date(row.get("dateEndDate", "")):
            wrong.append("no date")
    return wrong


def tryton(path):
    """`ModelStorage.import_data`: what Tryton's own import cannot refuse."""
    wrong = []
    header, rows = _table(path, wrong)
    if "id" in header and any("/" in name for name in header):
        wrong.append("an update with a child column deletes children")
    for row in rows:
        code = row.get("code", row.get("id", "x"))
        try:
            int(code)
            wrong.append("a code that is taken for a database id")
        except ValueError:
            pass
        if bool(row.get("contact_mechanisms/type")) != bool(row.get("contact_mechanisms/value")):
            wrong.append("half a contact mechanism")
    return wrong


CHECKS = {check.__name__: check for check in
          (salesforce, hubspot, odoo, mautic, vicidial, genesys, espocrm, tryton)}
