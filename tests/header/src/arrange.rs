//! What cbindgen wrote, arranged for people: groups with headings, the host's functions before the engine's, comments
//! for Doxygen. A function of the engine family whose comment says only "As microsip_x." gets that of its twin, for the
//! twin may not be compiled in.

/// Columns of the header.
const WIDTH: usize = 100;
/// Ends the part of the header that is written by hand (`after_includes` of `cbindgen.toml`).
const BELOW: &str = "/* below: generated */\n";

/// A heading, and the names that stand below it: whole ones, or beginnings that end in `*`.
type Group = (&'static str, &'static [&'static str]);

const TYPES: &[Group] = &[
    (
        "Results. Numbers are frozen; new ones are added",
        &["MICROSIP_OK", "MICROSIP_NOTHING", "MICROSIP_MORE", "MICROSIP_DRAIN", "MICROSIP_CLOSE", "MICROSIP_E_*"],
    ),
    ("Versions and features", &["MICROSIP_ABI_VERSION", "MICROSIP_HAS_*"]),
    ("Ids", &["microsip_id", "microsip_engine", "MICROSIP_KIND_*", "MICROSIP_SELF", "MICROSIP_NONE"]),
    ("Addresses", &["microsip_addr", "MICROSIP_ADDRESS_*"]),
    ("Events", &["MICROSIP_EV_*", "MICROSIP_OP_*", "microsip_event", "microsip_event_fn"]),
    ("Texts and headers of any object", &["MICROSIP_TXT_*", "MICROSIP_FIRST", "MICROSIP_LAST"]),
    (
        "Accounts",
        &[
            "MICROSIP_UNREGISTERED",
            "MICROSIP_REGISTERING",
            "MICROSIP_REGISTERED",
            "MICROSIP_REG_FAILED",
            "MICROSIP_LOST_*",
            "microsip_account",
            "microsip_account_info",
        ],
    ),
    (
        "Calls",
        &[
            "MICROSIP_CALLING",
            "MICROSIP_INCOMING",
            "MICROSIP_EARLY",
            "MICROSIP_CONNECTED",
            "MICROSIP_ENDED",
            "MICROSIP_BY_*",
            "MICROSIP_CAUSE_*",
            "MICROSIP_MEDIA_*",
            "microsip_options",
            "microsip_call_info",
            "microsip_call_stats",
        ],
    ),
    ("Sound", &["MICROSIP_SRC_*", "MICROSIP_PLAY_*", "MICROSIP_SIDES_*", "MICROSIP_DEV_*", "microsip_sound"]),
    (
        "Phones",
        &[
            "MICROSIP_NULL_AUDIO",
            "MICROSIP_NO_NETWORK",
            "MICROSIP_ALLOW_DIRECT",
            "MICROSIP_LOG_*",
            "microsip_log",
            "microsip_log",
            "microsip_log_fn",
            "microsip_trace_fn",
            "microsip_config",
            "microsip_info",
            "microsip_counters",
        ],
    ),
    (
        "Engines",
        &[
            "MICROSIP_ASK_*",
            "MICROSIP_OUT_*",
            "microsip_engine_config",
            "microsip_origin",
            "microsip_out",
            "microsip_ask",
            "microsip_reply",
        ],
    ),
];

/// Of both families, without `microsip_` or `microsip_engine_`.
const FUNCTIONS: &[Group] = &[
    ("versions and errors", &["strerror", "version", "abi_version", "features", "last_error"]),
    ("making and ending one", &["size_get", "init", "create", "shutdown", "destroy"]),
    ("the network", &["address_get", "network_changed"]),
    ("bytes, time and sound in; bytes, events and asks out", &["sip", "media", "reply", "timeout", "audio", "poll_*"]),
    ("events", &["event_*"]),
    ("the log", &["log_*", "poll_log"]),
    ("any object", &["info_get", "counters_get", "ids_get", "text_get", "header_get", "tag_set", "id_release"]),
    ("accounts", &["account_*"]),
    ("calls", &["dial", "answer", "reject", "hangup", "hangup_all", "digits", "call_*"]),
    ("sound", &["sound_*", "record_*", "pcm_*", "source_set", "mute_set", "volume_set", "device_*"]),
];

/// A constant, a type or a function.
struct Item {
    doc: Vec<String>,
    code: String,
    name: String,
    host: bool,
}

/// Arranges a header. An error names what has no place.
pub(crate) fn arrange(header: &str) -> Result<String, String> {
    let (prologue, rest) = header.split_once(BELOW).ok_or("after_includes does not end with the mark")?;
    let opening = "#ifdef __cplusplus\nextern \"C\" {\n";
    let (types, rest) = rest.split_once(opening).ok_or("no functions")?;
    let (functions, epilogue) = rest.rsplit_once("#ifdef __cplusplus\n}").ok_or("no end")?;
    let mut types: Vec<Item> = types.split("\n\n").filter_map(item).collect();
    let mut functions: Vec<Item> = functions.split("\n\n").skip(1).filter_map(item).collect();
    say_twice(&mut functions)?;
    let mut out = prologue.to_owned();
    for group in TYPES {
        write_group(&mut out, group.0, take(&mut types, |name| matches(group.1, name)));
    }
    out += "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
    for (family, prefix) in [("", "microsip_"), ("Engines: ", "microsip_engine_")] {
        for group in FUNCTIONS {
            let own = |name: &str| {
                let engine = name.starts_with("microsip_engine_");
                engine == (prefix == "microsip_engine_")
                    && name.strip_prefix(prefix).is_some_and(|name| matches(group.1, name))
            };
            let title = if family.is_empty() { capital(group.0) } else { format!("{family}{}", group.0) };
            write_group(&mut out, &title, take(&mut functions, own));
        }
    }
    let hook = take(&mut functions, |name| name == "microsip_panic_hook");
    write_group(&mut out, "Supplied by the firmware", hook);
    if let Some(lost) = types.iter().chain(&functions).next() {
        return Err(format!("{} stands in no group of tests/header/src/arrange.rs", lost.name));
    }
    Ok(format!("{out}#ifdef __cplusplus\n}}{epilogue}"))
}

fn capital(text: &str) -> String {
    let (first, rest) = text.split_at(1);
    first.to_uppercase() + rest
}

fn matches(names: &[&str], name: &str) -> bool {
    names.iter().any(|wanted| wanted.strip_suffix('*').map_or(*wanted == name, |beginning| name.starts_with(beginning)))
}

fn take(items: &mut Vec<Item>, wanted: impl Fn(&str) -> bool) -> Vec<Item> {
    let (taken, left) = core::mem::take(items).into_iter().partition(|item| wanted(&item.name));
    *items = left;
    taken
}

/// One block of cbindgen's output: its comment, its code, and whether it is the host's.
fn item(block: &str) -> Option<Item> {
    const HOST: &str = "#if defined(MICROSIP_HOST)\n";
    let block = block.trim();
    let host = block.starts_with(HOST);
    let block = block.strip_prefix(HOST).and_then(|block| block.strip_suffix("\n#endif")).unwrap_or(block);
    let doc: Vec<String> =
        block.lines().map_while(|line| line.strip_prefix("//")).map(|line| line.trim().to_owned()).collect();
    let code: Vec<&str> = block.lines().skip(doc.len()).collect();
    let first = code.first()?;
    let name = if let Some(define) = first.strip_prefix("#define ") {
        define.split(' ').next()?.to_owned()
    } else {
        let last = code.last()?;
        let typedef = last.strip_prefix("} ").or_else(|| {
            first.strip_prefix("typedef ").filter(|_| !first.contains('(')).and_then(|rest| rest.rsplit(' ').next())
        });
        typedef.map_or_else(|| function(first), |name| Some(name.trim_end_matches(';').to_owned()))?
    };
    Some(Item { doc, code: members(&code), name, host })
}

fn function(line: &str) -> Option<String> {
    let at = line.find("microsip_")?;
    let name = line.get(at..)?;
    Some(name.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').next()?.to_owned())
}

/// Comments of a struct's members, too, are Doxygen's.
fn members(code: &[&str]) -> String {
    let mut out = String::new();
    let mut doc: Vec<String> = Vec::new();
    for line in code {
        match line.trim_start().strip_prefix("// ") {
            Some(text) => doc.push(text.to_owned()),
            None => {
                out += &comment(&core::mem::take(&mut doc), "  ");
                out += line;
                out.push('\n');
            }
        }
    }
    out
}

/// A Doxygen comment. Lines that tell an error begin anew.
fn comment(doc: &[String], indent: &str) -> String {
    let mut paragraphs: Vec<String> = Vec::new();
    for line in doc {
        match paragraphs.last_mut().filter(|_| !line.starts_with("MICROSIP_E_")) {
            Some(last) => {
                last.push(' ');
                last.push_str(line);
            }
            None => paragraphs.push(line.clone()),
        }
    }
    let lines: Vec<String> = paragraphs.iter().flat_map(|text| wrap(text, WIDTH - indent.len() - 3)).collect();
    match lines.as_slice() {
        [] => String::new(),
        [one] if one.len() + indent.len() + 7 <= WIDTH => format!("{indent}/** {one} */\n"),
        lines => {
            let body: String = lines.iter().map(|line| format!("{indent} * {line}\n")).collect();
            format!("{indent}/**\n{body}{indent} */\n")
        }
    }
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    // an address is no command of Doxygen's
    let quoted = |word: &str| {
        let end = word.trim_end_matches(['.', ',', ';', ':']);
        if end.contains('@') {
            format!("`{end}`{}", word.get(end.len()..).unwrap_or_default())
        } else {
            word.to_owned()
        }
    };
    for word in text.split_whitespace().map(quoted) {
        let last =
            lines.last_mut().filter(|last| last.is_empty() || last.chars().count() + 1 + word.chars().count() <= width);
        match last {
            Some(last) if last.is_empty() => last.push_str(&word),
            Some(last) => {
                last.push(' ');
                last.push_str(&word);
            }
            None => lines.push(word),
        }
    }
    lines
}

fn write_group(out: &mut String, title: &str, items: Vec<Item>) {
    if items.is_empty() {
        return;
    }
    let host = items.iter().all(|item| item.host);
    if host {
        *out += "#if defined(MICROSIP_HOST)\n";
    }
    *out += &format!("/** @name {title}\n * @{{ */\n");
    let mut before_constant = true;
    for item in items {
        let constant = item.code.starts_with("#define");
        if !(constant && before_constant) {
            out.push('\n');
        }
        before_constant = constant;
        *out += if item.host && !host { "#if defined(MICROSIP_HOST)\n" } else { "" };
        *out += &comment(&item.doc, "");
        *out += &item.code;
        *out += if item.host && !host { "#endif\n" } else { "" };
    }
    *out += "/** @} */\n";
    if host {
        *out += "#endif\n";
    }
    out.push('\n');
}

/// Comments that only name a twin say what it says.
fn say_twice(functions: &mut [Item]) -> Result<(), String> {
    let names: Vec<String> = functions.iter().map(|item| item.name.clone()).collect();
    let told: Vec<(String, Vec<String>)> = functions.iter().map(|item| (item.name.clone(), item.doc.clone())).collect();
    for item in functions {
        let Some(twin) =
            item.doc.first().and_then(|line| line.strip_prefix("As ")?.strip_suffix('.')).map(str::to_owned)
        else {
            continue;
        };
        let (_, doc) =
            told.iter().find(|(name, _)| *name == twin).ok_or_else(|| format!("{}: no {twin}", item.name))?;
        item.doc = doc.iter().map(|line| of_engine(line, &names)).collect();
    }
    Ok(())
}

/// Functions that a comment names are the engine's own, where there are such.
fn of_engine(line: &str, names: &[String]) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("microsip_") {
        let (before, from) = rest.split_at(at);
        let end = from.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(from.len());
        let (name, after) = from.split_at(end);
        let twin = name.replacen("microsip_", "microsip_engine_", 1);
        out += before;
        out += if names.contains(&twin) { &twin } else { name };
        rest = after;
    }
    out + rest
}
