//! Texts of the library in the command's own words: its texts name members of C structs, which here are options.

/// The name in C, and the name here. A name is replaced where it stands alone; the first that fits counts.
const WORDS: [(&str, &str); 30] = [
    ("config->bind", "--listen"),
    ("config->rtp_port_min", "--rtp-port"),
    ("config->rtp_port_max", "--rtp-port"),
    ("rtp_port_min", "the first one"),
    ("config->max_calls", "--max-calls"),
    ("config->input", "--input"),
    ("config->output", "--output"),
    ("o->display_name", "--display-name"),
    ("o->headers", "--header"),
    ("a->dial_plan", "--dial-plan"),
    ("a->identity", "--identity"),
    ("a->uri", "--uri"),
    ("a->registrar", "--registrar"),
    ("a->proxy", "--proxy"),
    ("a->realms", "--realm"),
    ("a->username", "--username"),
    ("a->password", "the password"),
    ("a->display_name", "--display-name"),
    ("a->expires", "--expires"),
    ("a (one of its texts)", "the account"),
    ("uri", "the address"),
    ("digits", "--dtmf"),
    ("path", "the file"),
    ("id", "the device"),
    ("pass one, or write a whole URI", "give --uri sip:user@domain, or write a whole address"),
    ("or create the phone with higher limits", "or give --max-calls"),
    ("lower it, or max_message", "lower it"),
    ("wait for MICROSIP_EV_DONE", "send fewer"),
    ("max_calls", "this phone"),
    ("phone", "this program"),
];

/// A last error of the library ("function: member is value: the right form (kind, code)") as the command prints it.
pub(crate) fn spoken(text: &str) -> String {
    let text = match text.split_once(": ") {
        Some((function, rest)) if function.starts_with("microsip_") => rest,
        _ => text,
    };
    let text = match text.rsplit_once(" (") {
        // a kind and a code: the names of C are in it
        Some((front, end)) if end.contains(", -") => front,
        // a code alone: the text is about a file
        Some((front, end)) if end.starts_with('-') => return front.to_owned(),
        _ => return text.to_owned(),
    };
    // a value stands in quotes, and is the caller's own; its member comes before it, the right form after
    let (before, value, after) = match text.split_once(" is \"") {
        Some((before, rest)) => match rest.rsplit_once("\": ") {
            Some((value, after)) => (before, format!(" \"{value}\" "), after),
            None => (text, String::new(), ""),
        },
        None => (text, String::new(), ""),
    };
    WORDS.iter().fold(before.to_owned(), |text, (c, ours)| replaced(&text, c, ours))
        + &value
        + &WORDS.iter().fold(after.to_owned(), |text, (c, ours)| replaced(&text, c, ours))
}

/// The text with each occurrence of a whole word replaced.
fn replaced(text: &str, word: &str, with: &str) -> String {
    let part = |c: char| c.is_ascii_alphanumeric() || "_->".contains(c);
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(word) {
        let (front, found) = rest.split_at(at);
        let behind = found.get(word.len()..).unwrap_or_default();
        out.push_str(front);
        let alone = !out.ends_with(part) && !behind.starts_with(part);
        out.push_str(if alone { with } else { word });
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
#[path = "words/tests.rs"]
mod tests;
