//! Arranges for people what cbindgen wrote: groups with headings, the host's functions before the engine's, comments
//! for Doxygen. A function of the engine family whose comment says only "As microsip_x." gets that of its twin, for the
//! twin may not be compiled in.

/// Columns of the header.
pub(crate) const WIDTH: usize = 100;
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
    (
        "Ids and switches",
        &[
            "microsip_id",
            "microsip_engine",
            "MICROSIP_KIND_*",
            "MICROSIP_SELF",
            "MICROSIP_RING",
            "MICROSIP_HELD",
            "MICROSIP_NONE",
            "MICROSIP_OFF",
            "MICROSIP_ON",
        ],
    ),
    ("Addresses", &["microsip_addr", "MICROSIP_ADDRESS_*", "MICROSIP_UDP", "MICROSIP_TCP", "MICROSIP_TLS"]),
    ("Events", &["MICROSIP_EV_*", "MICROSIP_OP_*", "microsip_event", "microsip_event_fn"]),
    (
        "Texts and headers of any object",
        &[
            "MICROSIP_TXT_*",
            "MICROSIP_FIRST",
            "MICROSIP_LAST",
            "MICROSIP_INVITE",
            "MICROSIP_ACK",
            "MICROSIP_PRACK",
            "MICROSIP_UPDATE",
            "MICROSIP_INFO",
            "MICROSIP_CANCEL",
            "MICROSIP_BYE",
            "MICROSIP_NTH",
        ],
    ),
    ("Rules for incoming calls", &["MICROSIP_FORWARD_*", "MICROSIP_AUTO_*", "MICROSIP_RULE_*", "microsip_rules"]),
    (
        "Accounts",
        &[
            "MICROSIP_UNREGISTERED",
            "MICROSIP_REGISTERING",
            "MICROSIP_REGISTERED",
            "MICROSIP_REG_FAILED",
            "MICROSIP_LOST_*",
            "MICROSIP_PRIVACY_*",
            "MICROSIP_LOCATION_*",
            "MICROSIP_RELIABLE_*",
            "MICROSIP_TIMER_*",
            "MICROSIP_REFRESHER_*",
            "microsip_account",
            "microsip_account_info",
            "microsip_presence",
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
            "MICROSIP_ALERT_*",
            "MICROSIP_MEDIA_*",
            "MICROSIP_SENDRECV",
            "MICROSIP_SENDONLY",
            "MICROSIP_RECVONLY",
            "MICROSIP_INACTIVE",
            "microsip_media",
            "microsip_options",
            "microsip_call_info",
            "microsip_stats",
        ],
    ),
    (
        "Messages",
        &[
            "MICROSIP_UNREAD",
            "MICROSIP_KEPT",
            "MICROSIP_QUEUED",
            "MICROSIP_SENDING",
            "MICROSIP_OVER",
            "MICROSIP_MESSAGES_*",
            "MICROSIP_COMPOSING_*",
            "MICROSIP_WANT_*",
            "MICROSIP_NOTICE_*",
            "MICROSIP_NOTICES_*",
            "microsip_message",
            "microsip_message_info",
        ],
    ),
    (
        "Subscriptions",
        &[
            "MICROSIP_PRESENCE",
            "MICROSIP_DIALOG",
            "MICROSIP_MESSAGE_SUMMARY",
            "MICROSIP_OTHER",
            "MICROSIP_SUB_*",
            "MICROSIP_LAMP_*",
            "MICROSIP_ACTIVITY_*",
            "MICROSIP_RESOURCE_*",
            "microsip_subscription",
            "microsip_subscription_info",
            "microsip_watcher_info",
            "microsip_entry",
        ],
    ),
    ("Transfers, and calls that take another's place", &["MICROSIP_POLICY_*", "MICROSIP_TRANSFER_*"]),
    ("Conferences", &["microsip_member"]),
    (
        "Sound",
        &[
            "MICROSIP_SRC_*",
            "MICROSIP_MUSIC_*",
            "MICROSIP_DTMF_*",
            "microsip_digit_options",
            "MICROSIP_PLAY_*",
            "MICROSIP_SIDES_*",
            "MICROSIP_DEV_*",
            "MICROSIP_TONES_*",
            "MICROSIP_TONE_*",
            "microsip_tones",
            "microsip_sound",
        ],
    ),
    (
        "Phones",
        &[
            "MICROSIP_NULL_AUDIO",
            "MICROSIP_NO_NETWORK",
            "MICROSIP_ALLOW_DIRECT",
            "MICROSIP_HEAR_KEYS",
            "MICROSIP_LOG_*",
            "microsip_log",
            "microsip_log_fn",
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
            "MICROSIP_FLOW_*",
            "microsip_flow",
        ],
    ),
];

/// Of both families, without `microsip_` or `microsip_engine_`.
const FUNCTIONS: &[Group] = &[
    ("versions and errors", &["strerror", "version", "abi_version", "features", "last_error"]),
    ("making and ending one", &["size_get", "init", "create", "shutdown", "destroy"]),
    ("the network", &["address_get", "network_changed"]),
    (
        "bytes, time and sound in; bytes, events and asks out",
        &["sip", "media", "reply", "flow", "timeout", "audio", "poll_*"],
    ),
    ("events", &["event_*"]),
    ("the log", &["log_*", "poll_log"]),
    (
        "any object",
        &["info_get", "counters_get", "ids_get", "text_get", "header_get", "body_get", "tag_set", "id_release"],
    ),
    ("accounts", &["account_*"]),
    (
        "calls",
        &[
            "dial",
            "answer",
            "reject",
            "hangup",
            "hangup_all",
            "hold",
            "identify",
            "reoffer",
            "transfer",
            "digits",
            "digit_*",
            "call_*",
        ],
    ),
    ("rules for incoming calls", &["rules_*"]),
    ("messages", &["message_*"]),
    ("subscriptions", &["subscription_*"]),
    ("those who watch us", &["watcher_*", "mailbox_*"]),
    ("conferences", &["conference_*"]),
    (
        "sound",
        &[
            "sound_*",
            "record_*",
            "pcm_*",
            "source_set",
            "music_set",
            "mute_set",
            "volume_set",
            "tones_*",
            "tone_*",
            "device_*",
        ],
    ),
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
    functions.iter_mut().try_for_each(document)?;
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

/// The text with a large first letter, unless it begins with a name of C's.
fn capital(text: &str) -> String {
    let word = text.split([' ', '.', ',', ';']).next().unwrap_or_default();
    let (first, rest) = text.split_at_checked(1).unwrap_or(("", text));
    if word.bytes().all(|byte| byte.is_ascii_lowercase()) { first.to_uppercase() + rest } else { text.to_owned() }
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
        match paragraphs.last_mut().filter(|_| !line.starts_with("MICROSIP_E_") && !line.starts_with('@')) {
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
        if end.contains('@') && !word.starts_with('@') {
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

/// Parameters that mean the same in every function, for those whose comments do not speak of them.
const PARAMETERS: &[(&str, &str)] = &[
    ("phone", "The phone."),
    ("e", "The engine."),
    ("now_us", "The time in microseconds; it never runs backwards."),
    ("call", "The call."),
    ("account", "The account."),
    ("object", "The call, account, conference, message, subscription or watcher."),
    ("conference", "The conference."),
    ("member", "A call, or MICROSIP_SELF: the person at this phone."),
    ("target", "The call."),
    ("out", "Filled by the function; its size must be set."),
    ("a", "The account's settings; its texts are copied."),
    ("o", "NULL, or the differences from the defaults."),
    ("buf", "Room for the text with its NUL, or NULL with cap 0."),
    ("cap", "The size of that room."),
    ("needed", "The room that it takes; may be NULL."),
    ("tag", "The application's own number."),
    ("token", "The application's number for this command, told with its end; 0: none."),
    ("uri", "The address to call."),
    ("consult", "Another call of ours, or 0."),
    ("caller", "Who we are from now on: sip:a@example.com, or \"A\" <sip:a@example.com>."),
    ("code", "The SIP status."),
    ("name", "The name of the header."),
    ("nth", "Which of them, from 0."),
    ("digits", "The digits."),
    ("tone", "MICROSIP_TONE_*."),
    ("ms", "Its length in milliseconds; 0: until it is stopped, or over by itself."),
    ("digit", "Its ASCII code."),
    ("mos_x100", "The values, as many as cap."),
    ("seconds_each", "The seconds that a value stands for; NULL: not asked for."),
    ("source", "MICROSIP_SRC_*."),
    ("music", "MICROSIP_MUSIC_*."),
    ("on", "MICROSIP_ON or MICROSIP_OFF."),
    ("percent", "The volume."),
    ("dev", "MICROSIP_DEV_*."),
    ("id", "The device."),
    ("s", "The sound."),
    ("m", "NULL, or the changes of the media."),
    ("path", "The file."),
    ("pcm", "The samples."),
    ("samples", "The number of samples."),
    ("wait_ms", "The longest wait, in milliseconds."),
    ("result", "The result."),
    ("level", "MICROSIP_LOG_*."),
    ("l", "Filled by the function; its size must be set."),
    ("ev", "Filled by the function; its size must be set."),
    ("c", "The configuration; its size must be set."),
    ("bytes", "The number of bytes."),
    ("descriptor", "The descriptor."),
    ("grace_ms", "The longest time for it, in milliseconds."),
    ("when_us", "The time."),
    ("r", "The reply; its size must be set."),
    ("f", "The stream; its size must be set."),
    ("ask", "Filled by the function; its size must be set."),
    ("from", "The source of the datagram."),
    ("p", "The bytes."),
    ("len", "The number of bytes."),
    ("local_port", "The local port that it came to."),
    ("mic", "The microphone's sound, or NULL for silence."),
    ("speaker", "Room for the loudspeaker's sound, or NULL."),
    ("line", "A line of the library's sources."),
    ("kind", "MICROSIP_KIND_*."),
    ("rules", "The rules to change; their texts are copied."),
    ("t", "The tones to change; their texts are copied."),
    ("owner", "0 or MICROSIP_SELF, or an account."),
    ("which", "Which of them."),
    ("index", "0, but where the text says otherwise."),
    ("sides", "MICROSIP_SIDES_*."),
    ("count", "Their number."),
    ("taken", "The number taken."),
    ("got", "The number read."),
    ("config", "NULL, or the differences from the defaults."),
    ("mem", "The memory."),
    ("abi", "MICROSIP_ABI_VERSION."),
    ("ids", "Room for the ids, or NULL with cap 0."),
];

/// The names of a function's parameters.
fn parameters(code: &str) -> Vec<String> {
    let inside = code.split_once('(').and_then(|(_, rest)| rest.rsplit_once(')')).map_or("", |(inside, _)| inside);
    let name = |parameter: &str| {
        let word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        parameter.trim().rsplit(|letter| !word(letter)).next().unwrap_or_default().to_owned()
    };
    inside.split(',').map(name).filter(|name| !name.is_empty() && name != "void").collect()
}

/// A sentence about results: `MICROSIP_E_ARG, _TEXT: why`. Returns the results, and the reason.
fn results(sentence: &str) -> Option<(Vec<String>, &str)> {
    let (codes, text) = sentence.strip_prefix("MICROSIP_").and_then(|_| sentence.split_once(": "))?;
    let whole = |code: &str| match code.strip_prefix('_') {
        Some(end) => format!("MICROSIP_E_{end}"),
        None => code.to_owned(),
    };
    let codes: Vec<String> = codes.split(", ").map(whole).collect();
    let plain =
        |code: &String| code.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit());
    codes.iter().all(|code| plain(code) && !code.starts_with("MICROSIP_EV_")).then_some((codes, text))
}

/// Sentences that speak of a parameter or of a result become Doxygen's, and no parameter stays without one.
fn document(function: &mut Item) -> Result<(), String> {
    let parameters = parameters(&function.code);
    let mut told: Vec<Option<String>> = vec![None; parameters.len()];
    let (mut text, mut values) = (String::new(), Vec::new());
    // what begins with the name of an argument begins small
    let named = |text: &str| {
        let word = text.split([' ', ',']).next().unwrap_or_default();
        word == "uri" || parameters.iter().any(|name| name == word)
    };
    let tell = |text: &str| if named(text) { text.to_owned() } else { capital(text) };
    for sentence in sentences(&function.doc.join(" ")) {
        let about = sentence.trim_start_matches('*').split_once(": ");
        let place = about.and_then(|(name, _)| parameters.iter().position(|parameter| parameter == name));
        if let (Some(told), Some((_, words))) = (place.and_then(|place| told.get_mut(place)), about) {
            *told = Some(tell(words));
        } else if let Some((codes, why)) = results(&sentence) {
            // a word alone ("on.") says where, and not what is wrong
            if !why.contains(' ') {
                return Err(format!("{}: {} has no reason but \"{why}\"", function.name, codes.join(", ")));
            }
            values.extend(codes.iter().map(|code| format!("@retval {code} {}", tell(why))));
        } else if sentence.starts_with("Else ") {
            let why =
                "it is torn from the clause before it, which is of a parameter or a result: join them by a semicolon";
            return Err(format!("{}: \"{sentence}\": {why}", function.name));
        } else {
            text.push_str(&sentence);
            text.push(' ');
        }
    }
    function.doc = vec![text.trim().to_owned()];
    for (name, told) in parameters.iter().zip(told) {
        let usual = || PARAMETERS.iter().find(|(known, _)| known == name).map(|(_, text)| (*text).to_owned());
        let text = told.or_else(usual).ok_or_else(|| format!("{}: no word of its parameter {name}", function.name))?;
        function.doc.push(format!("@param {name} {text}"));
    }
    let returned = [
        ("int32_t ", "MICROSIP_OK, or a result that says why not."),
        ("const char *", "A static text."),
        ("uint32_t ", "The number."),
    ];
    if let Some((_, what)) = returned.iter().find(|(kind, _)| function.code.starts_with(kind)) {
        function.doc.push(format!("@return {what}"));
    }
    function.doc.extend(values);
    Ok(())
}

fn sentences(text: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for word in text.split_whitespace() {
        if let Some(last) = found.last_mut() {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
        if word.ends_with('.') {
            found.push(String::new());
        }
    }
    found.retain(|sentence| !sentence.is_empty());
    found
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

/// Names the engine's own functions in a comment of the engine family, where there are such.
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
