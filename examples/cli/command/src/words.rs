//! Texts of the library in the command's own words: its texts name members of C structs, which here are options.

/// The name in C, and the name here. A name is replaced where it stands alone; the first that fits counts.
const WORDS: [(&str, &str); 131] = [
    ("and the rest after MICROSIP_EV_DONE", "and the rest later"),
    ("wait for its MICROSIP_EV_DONE", "wait for its end"),
    ("is MICROSIP_TIMER_REQUIRED", "is required"),
    ("is no country of MICROSIP_TXT_COUNTRY", "is no country that is known"),
    ("only a call that is MICROSIP_CONNECTED can", "only a call that is up can"),
    ("before microsip_answer with 183 or 200", "before it is answered"),
    ("is MICROSIP_UNREGISTERED, and its member registers is off", "does not register"),
    ("microsip_account_update with MICROSIP_ON registers it", "leave out --no-register"),
    ("microsip_reject refuses it", "reject it"),
    ("is not MICROSIP_SUB_ENDED: microsip_watcher_answer with 603 shows it out", "has not ended"),
    ("is MICROSIP_SUB_ENDED: it watches no more", "watches no more"),
    ("is MICROSIP_SUB_ACTIVE: it is let in already, and 300 to 699 show it out", "is let in already"),
    ("is not MICROSIP_SUB_ENDED: microsip_subscription_remove takes it back, and its id with it", "has not ended"),
    ("send the message to m->uri, with an account or 0 as the owner", "send the message outside it"),
    ("wait for that, or send the message to m->uri", "wait for that, or send the message outside it"),
    ("is MICROSIP_OVER, but its MICROSIP_EV_DONE waits: fetch that first", "is over, but its end was not told"),
    ("which comes or is given up, is told by MICROSIP_EV_DONE", "which comes or is given up, is told"),
    ("only one in MICROSIP_UNREAD does", "only one that was not read does"),
    (
        "a->rules, a->messages, a->refer, a->replaces, a->watchers or a->watcher_details",
        "a rule or the treatment of messages, transfers and watchers",
    ),
    ("microsip_message_answer answers it", "it is no transfer"),
    ("microsip_dial with o->refer follows it", "--refer follow follows it"),
    ("as MICROSIP_TXT_REPLACES has it", "as its phone names it"),
    ("o->refer, o->replaces, o->pickup or o->no_progress", "a transfer"),
    ("o->refer, o->replaces or o->pickup", "the places of calls"),
    ("leave it NULL or 0, as MICROSIP_ZERO makes it", "leave it out"),
    ("which MICROSIP_TXT_PACKAGE of the call has", "which it has named"),
    ("leave m->uri NULL, and give the call", "give the call"),
    ("m->package", "the package"),
    ("config->info_packages", "--info-packages"),
    ("o->info_packages", "--info-packages"),
    ("a->info_packages", "--info-packages"),
    ("o->refer", "the transfer"),
    ("o->replaces", "the call whose place is taken"),
    ("o->pickup", "the name of a call"),
    ("consult", "the other call"),
    ("microsip_answer it first", "answer it first"),
    ("pass NULL for it, or 0 for consult", "one of them is enough"),
    ("which MICROSIP_OTHER needs", "which another package needs"),
    ("MICROSIP_OTHER needs one", "another package needs one"),
    ("rules->forward", "--forward"),
    ("microsip_answer it with 183 where", "answer it with --code 183 where"),
    ("a library without MICROSIP_HAS_RELIABLE", "a program without reliable responses"),
    ("a->location", "--location"),
    ("set o->location, or the account's", "add --location"),
    ("o->location", "--location"),
    ("than max_message: shorten it, or create the phone with more", "than a message may be: shorten it"),
    ("and nobody would hear it: microsip_conference_member_set joins one", "and nobody would hear it"),
    ("MICROSIP_INCOMING", "ringing here"),
    ("MICROSIP_CALLING", "being called"),
    ("MICROSIP_EARLY", "ringing there"),
    ("MICROSIP_CONNECTED", "up"),
    ("MICROSIP_ENDED", "over"),
    ("microsip_hangup", "hanging up"),
    ("o->reliable", "--100rel"),
    ("o->session_timer", "--session-timer"),
    ("config->bind", "--listen"),
    ("config->rtp_port_min", "--rtp-port"),
    ("config->rtp_port_max", "--rtp-port"),
    ("rtp_port_min", "the first one"),
    ("config->max_calls", "--calls"),
    ("config->input", "--input"),
    ("config->output", "--output"),
    ("config->ring", "--ring-device"),
    ("config->codecs", "--codec"),
    ("config->session_timer", "--session-timer"),
    ("config->session_expires", "--session-expires"),
    ("config->min_se", "--min-se"),
    ("config->session_refresher", "--refresher"),
    ("config->dtmf_ms", "--digit-length"),
    ("config->dtmf_gap_ms", "--digit-gap"),
    ("config->dtmf_level_db", "--digit-level"),
    ("config->transports", "--listen"),
    ("o->display_name", "--display-name"),
    ("m->uri", "the address"),
    ("m->headers", "--header"),
    ("m->content_type", "--type"),
    ("m->body", "the body"),
    ("m->len", "the body"),
    ("s->uri", "the address"),
    ("s->headers", "--header"),
    (
        "contradicts s->package, which brings its own: leave it out, or take MICROSIP_OTHER for another package",
        "is for another package",
    ),
    ("s->event", "--event"),
    ("s->accept", "--accept"),
    ("s->expires", "--subscription-expires"),
    ("o->headers", "--header"),
    ("o->caller", "--caller"),
    ("o->identity", "--identity"),
    ("o->privacy", "--privacy"),
    ("o->location_use", "--location-use"),
    ("o->pickup", "the call that rings there"),
    ("o->reason", "the reason"),
    ("o->contacts", "--contact"),
    ("o->codecs", "--codec"),
    ("m->codecs", "--reoffer-codec"),
    ("a->dial_plan", "--dial-plan"),
    ("or change dial_plan", "or change --dial-plan"),
    ("a->dial_prefix", "--dial-prefix"),
    ("a->emergency", "--emergency"),
    ("a->identity", "--identity"),
    ("a->privacy", "--privacy"),
    ("a->headers", "--register-header"),
    ("a->call_headers", "--call-header"),
    ("a->contact_user", "--contact-user"),
    ("a->trusted", "--trust"),
    ("a->transport", "--transport"),
    ("a->uri", "--uri"),
    ("a->registrar", "--registrar"),
    ("a->proxy", "--proxy"),
    ("a->realms", "--realm"),
    ("a->username", "--username"),
    ("a->password", "the password"),
    ("a->display_name", "--display-name"),
    ("a->expires", "--expires"),
    ("rules->forward_to", "--forward"),
    ("rules->forward_busy_to", "--forward-busy"),
    ("rules->forward_no_answer_to", "--forward-no-answer"),
    ("rules->deny", "--deny"),
    ("rules->allow", "--allow"),
    (
        "is not \"Name: value\\r\\n\": each needs a colon, and \\r\\n at its end",
        "is not \"Name: value\": it needs a colon",
    ),
    ("name that in the configuration's codecs too", "name that in --codec, too"),
    ("uri", "the address"),
    ("digits", "--dtmf"),
    ("path", "the file"),
    ("id", "the device"),
    ("pass one, or write a whole URI", "give --uri sip:user@domain, or write a whole address"),
    ("or create the phone with higher limits", "or give --calls"),
    ("lower it, or max_message", "lower it"),
    ("longer than max_message: send less, or set that higher", "too long: send less"),
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
        // the right form may have quotes, too
        Some((before, rest)) => match rest.split_once("\": ") {
            Some((value, after)) => (before, format!(" \"{value}\" "), after),
            None => (text, String::new(), ""),
        },
        // a part of it
        None if text.contains(" has \"") => {
            let (before, rest) = text.split_once(" has \"").unwrap_or_default();
            let (value, after) = rest.rsplit_once("\": ").unwrap_or_default();
            (before, format!(" has \"{value}\": "), after)
        }
        // an id says nothing to people
        None => match text.split_once(" is 0x").and_then(|(named, rest)| Some((named, rest.split_once(": ")?.1))) {
            Some((named, after)) => (named, " ".to_owned(), after),
            None => (text, String::new(), ""),
        },
    };
    WORDS.iter().fold(before.to_owned(), |text, (c, ours)| replaced(&text, c, ours))
        + &value
        + &WORDS.iter().fold(after.to_owned(), |text, (c, ours)| replaced(&text, c, ours))
}

/// The text with each occurrence of a whole word replaced.
fn replaced(text: &str, word: &str, with: &str) -> String {
    let part = |c: char| c.is_ascii_alphanumeric() || "_->=".contains(c);
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
