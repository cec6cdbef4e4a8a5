/**
 * @file
 * microsip: a SIP telephone as a library. Written from ffi/src: run 'make header', do not edit.
 *
 * - **Results**: 0 done; above 0 no error, but nothing done; below 0 an error. Out-parameters are
 *   written on success only; `needed` with MICROSIP_E_BUFFER too. A command that returns an error
 *   has changed nothing and sent nothing. microsip_last_error() and microsip_engine_last_error()
 *   name the argument, its value and the remedy (of an engine: in a library with the feature
 *   "sentences"; without it the result alone).
 * - **Ids**: numbers below 2^53 that hold their kind; 0 is none. A stale id is an error, no crash.
 * - **Structs** begin with `size`. MICROSIP_ZERO() them and set what you need: 0 and NULL are
 *   defaults, "" is an empty text, MICROSIP_NONE an explicit nothing where a number may be none.
 *   Switches are 0, MICROSIP_ON or MICROSIP_OFF. In functions that end in _update 0 and NULL leave
 *   a member as it is, so one may be changed alone; "" puts a text back to its default. Each struct
 *   has a least size, frozen with ABI version 1: below it is MICROSIP_E_SIZE. From there to the
 *   library's size missing members are 0; beyond it they must be 0, else MICROSIP_E_NEWER. Structs
 *   that a function fills are filled up to their `size`; a tail that the library does not know is
 *   zeroed.
 * - **Texts**: NUL-terminated UTF-8, copied before a function returns. `needed` counts the NUL.
 * - **Tokens**: chosen by the caller. A command with a token other than 0 that returned MICROSIP_OK
 *   is followed by exactly one MICROSIP_EV_DONE with it, which never gives way (a command whose end
 *   could not be kept is MICROSIP_E_FULL). With 0 only a failure has one.
 * - **Ended** calls stay readable until microsip_id_release(), or until a new one needs the slot:
 *   the one that ended first goes first, with MICROSIP_EV_LOST. Fetching an event, or having
 *   it in a callback, releases nothing, so any number of threads may fetch.
 * - **Unknown** event types, states, causes and codes are to be ignored.
 * - **Kept**: no pointer but callbacks with their user pointers and the memory of an engine.
 *   Nothing that a function hands out is to be freed.
 * - **Common** errors are not repeated below: MICROSIP_E_NULL, _SIZE, _NEWER, _TEXT, _ARG for a bad
 *   argument; _STALE, _KIND, _FOREIGN for an id; _CLOSED, _POISONED for the phone;
 *   _STALE for one that is destroyed.
 * - **Names**: an action on a call is a bare verb: microsip_dial(), microsip_answer(). All else is
 *   a noun and a verb; getters end in _get, setters in _set. Without a noun the phone is meant.
 * - **Families**: `microsip_*`, the host: any thread, any time; nothing blocks but
 *   microsip_create(), microsip_destroy(), microsip_device_scan(), functions with `wait_ms`, and
 *   those that open a file for as long as its disk or pipe takes: microsip_sound_play(),
 *   microsip_record_start(), microsip_tones_set(), and microsip_music_set(), which reads all of it.
 *   `microsip_engine_*`: memory, sockets, clock and loop are the caller's; one caller at a time,
 *   never from an interrupt; `now_us` counts microseconds from any start and never runs backwards.
 *   Define MICROSIP_ENGINE_ONLY before including to see the second only.
 */

#ifndef MICROSIP_H
#define MICROSIP_H

#include <stdint.h>
#include <string.h>
#if defined(_WIN32)
/** The calling convention of callbacks. */
#define MICROSIP_CALL __cdecl
#else
/** The calling convention of callbacks. */
#define MICROSIP_CALL
#endif
#ifndef MICROSIP_ENGINE_ONLY
/** The host family is declared. */
#define MICROSIP_HOST 1
#endif

/** The version that this header belongs to; microsip_version() returns the library's. */
#define MICROSIP_VERSION "0.1.0"
/** A time that never comes. */
#define MICROSIP_NEVER UINT64_MAX
/** A wait in milliseconds without end. */
#define MICROSIP_FOREVER UINT32_MAX
/** The kind of an id (MICROSIP_KIND_*), or 0. */
#define MICROSIP_KIND(id) ((uint32_t)((uint64_t)(id) >> 48) & 31u)
/** Clears a struct and sets its size. */
#define MICROSIP_ZERO(v) \
  do { memset(&(v), 0, sizeof(v)); (v).size = (uint32_t)sizeof(v); } while (0)
/** Bytes for a static array, aligned to 8, zeroed, never moved: an upper bound on every target. */
#define MICROSIP_ENGINE_BYTES(calls, accounts, message) \
  (5152u + (calls) * 7312u + (accounts) * 2456u + (message) * (2u * (calls) + (accounts) + 1u))

/** @name Results. Numbers are frozen; new ones are added
 * @{ */
/** Done. */
#define MICROSIP_OK 0
/**
 * Nothing there: an empty queue, a wait that timed out, a header that the message does not have.
 * Not an error.
 */
#define MICROSIP_NOTHING 1
/** Stream: the message is not complete; give its bytes again with more. */
#define MICROSIP_MORE 2
/** Not taken: drain microsip_engine_poll_transmit, then give it again. */
#define MICROSIP_DRAIN 3
/** Stream: it cannot be read on; close it. */
#define MICROSIP_CLOSE 4
/** A pointer that must not be NULL is NULL. */
#define MICROSIP_E_NULL -1
/**
 * A struct's size member is 0, or less than any header of this ABI version says: use MICROSIP_ZERO.
 */
#define MICROSIP_E_SIZE -2
/** The header and the library are of different ABI versions. */
#define MICROSIP_E_ABI -3
/** The id names nothing any more. */
#define MICROSIP_E_STALE -4
/** The id names a thing of another kind (say, an account where a call is wanted). */
#define MICROSIP_E_KIND -5
/** An argument is out of its range. */
#define MICROSIP_E_ARG -6
/** A text is no UTF-8, too long, or has characters that it may not have. */
#define MICROSIP_E_TEXT -7
/** The buffer is too small; the needed size was written. */
#define MICROSIP_E_BUFFER -8
/** Not in this state (say, answering a call that is connected). */
#define MICROSIP_E_STATE -9
/** Every slot is in use. */
#define MICROSIP_E_FULL -10
/** The phone has been shut down or destroyed. */
#define MICROSIP_E_CLOSED -11
/** The library met a fault of its own and refuses to go on with this phone: destroy it. */
#define MICROSIP_E_POISONED -12
/** Not from within a callback, or while another call of the engine runs. */
#define MICROSIP_E_REENTRY -13
/** A struct sets members that this library does not know yet. */
#define MICROSIP_E_NEWER -14
/** This build, this platform or the far end does not do that. */
#define MICROSIP_E_UNSUPPORTED -15
/** The id is another phone's, or of a phone that is gone. */
#define MICROSIP_E_FOREIGN -16
/** Given up before an answer; or a command was stopped, replaced, or outlived by its object. */
#define MICROSIP_E_CANCELLED -17
/** No port was free, or no descriptor was left. */
#define MICROSIP_E_PORT_IN_USE -101
/** The name could not be resolved. */
#define MICROSIP_E_NAME -102
/** No route, or the transport failed. */
#define MICROSIP_E_UNREACHABLE -103
/** No response or answer came in time. */
#define MICROSIP_E_TIMEOUT -104
/** Neither RTP nor RTCP came any more, within the media timeout. */
#define MICROSIP_E_MEDIA_LOST -105
/** No SIP, SIPS or tel URI. */
#define MICROSIP_E_URI -201
/** Refused; the SIP status says why, and MICROSIP_BY_* beside it which side did it. */
#define MICROSIP_E_REFUSED -202
/** The user name or the password is wrong: the credentials were refused. */
#define MICROSIP_E_AUTH -203
/** The far end broke the protocol. */
#define MICROSIP_E_PROTOCOL -204
/** The session was not refreshed in time (RFC 4028). */
#define MICROSIP_E_EXPIRED -205
/** The dial plan of the account has no match for the number. */
#define MICROSIP_E_BLOCKED -206
/** A password is asked for, and the account has none. */
#define MICROSIP_E_NO_PASSWORD -207
/**
 * A password is asked for, by a realm or a server that is not the account's: see `realms` of
 * microsip_account.
 */
#define MICROSIP_E_REALM -208
/**
 * Credentials are asked for by a scheme, an algorithm or a quality of protection that the library
 * cannot do.
 */
#define MICROSIP_E_SCHEME -209
/**
 * Credentials are asked for by a challenge that is too long to be kept, or to be answered in one
 * message.
 */
#define MICROSIP_E_CHALLENGE -210
/** No common codec, or an SDP that cannot be used. */
#define MICROSIP_E_NO_CODEC -301
/** The audio device could not be opened, or is gone. */
#define MICROSIP_E_DEVICE -401
/** The file could not be opened, read or written. */
#define MICROSIP_E_FILE -402
/** The file is of a format that is not known. */
#define MICROSIP_E_FORMAT -403
/** @} */

/** @name Versions and features
 * @{ */
/**
 * The ABI version that this header describes: the first argument of `microsip_create` and
 * `microsip_engine_init`. 0: may still change.
 */
#define MICROSIP_ABI_VERSION 0
/** microsip_features(): the host family, with its threads and sockets. */
#define MICROSIP_HAS_HOST 1
/** microsip_features(): SHA-256 and SHA-512/256 in digest authentication, beside MD5. */
#define MICROSIP_HAS_SHA2 2
/** microsip_features(): redirections (3xx) are followed; without it they end the call. */
#define MICROSIP_HAS_REDIRECT 4
/**
 * microsip_features(): reports about media, both ways; without it none are sent, and what comes is
 * not read.
 */
#define MICROSIP_HAS_RTCP 8
/** microsip_features(): SIP over streams (TCP); without it the engine asks to close them. */
#define MICROSIP_HAS_STREAM 16
/** microsip_features(): records for a log; without it none are made. */
#define MICROSIP_HAS_TRACE 32
/** microsip_features(): PCM at 16000 and 48000 samples a second; without it the rate is 8000. */
#define MICROSIP_HAS_RESAMPLE 64
/**
 * microsip_features(): the voice goes on over packets that did not come; without it they are
 * silence.
 */
#define MICROSIP_HAS_CONCEAL 128
/**
 * microsip_features(): tones of countries (ringback, busy, congestion, call waiting), the ring, and
 * digits as tones for a far end that takes no events; without it there is silence for tones, and
 * such digits are refused.
 */
#define MICROSIP_HAS_TONES 256
/**
 * microsip_features(): host names in SDP are looked up; without it a description has to bring an
 * address.
 */
#define MICROSIP_HAS_SDP_HOSTS 512
/**
 * microsip_features(): calls that are up follow the host to another address; without it they end
 * when theirs is gone.
 */
#define MICROSIP_HAS_REOFFER 1024
/** microsip_features(): microsip_engine_last_error has a sentence; without it the result alone. */
#define MICROSIP_HAS_SENTENCES 2048
/**
 * microsip_features(): keys are heard in the voice of a far end with which no telephone-events were
 * agreed on; by an engine with MICROSIP_HEAR_KEYS.
 */
#define MICROSIP_HAS_HEAR_KEYS 524288
/** microsip_features(): the quality of calls as a mean opinion score; without it it is unknown. */
#define MICROSIP_HAS_QUALITY 1048576
/** microsip_features(): sound devices. */
#define MICROSIP_HAS_DEVICES 4096
/** microsip_features(): conferences; without it each call is alone. */
#define MICROSIP_HAS_CONFERENCE 8192
/** microsip_features(): the codec G.722. */
#define MICROSIP_HAS_G722 16384
/** microsip_features(): the codec L16, at 8, 16, 44.1 and 48 kHz. */
#define MICROSIP_HAS_L16 32768
/** microsip_features(): codecs are chosen: the members `codecs`. */
#define MICROSIP_HAS_CODECS 65536
/** microsip_features(): dial plans, prefixes, emergency numbers, and digits behind a number. */
#define MICROSIP_HAS_NUMBERS 131072
/**
 * microsip_features(): digits by SIP INFO, both ways, the choice of their method, keys that are
 * held, and MICROSIP_EV_DIGIT_SENT.
 */
#define MICROSIP_HAS_INFO 4194304
/** microsip_features(): rules for incoming calls; without it each call that is let in rings. */
#define MICROSIP_HAS_RULES 262144
/**
 * microsip_features(): privacy, another From, a preferred identity, and header lines of an
 * account's own.
 */
#define MICROSIP_HAS_IDENTITY 2097152
/**
 * microsip_features(): reliable provisional responses (RFC 3262); without it they are refused where
 * they are required.
 */
#define MICROSIP_HAS_RELIABLE 8388608
/** microsip_features(): session timers (RFC 4028); without it no call has one. */
#define MICROSIP_HAS_TIMERS 16777216
/**
 * microsip_features(): messages (RFC 3428); without it they are refused (405), and none is sent.
 */
#define MICROSIP_HAS_MESSAGE 33554432
/** microsip_features(): subscriptions (RFC 6665). */
#define MICROSIP_HAS_SUBSCRIBE 67108864
/** microsip_features(): one subscription watches the parties of a list (RFC 4662). */
#define MICROSIP_HAS_LISTS 1073741824
/**
 * microsip_features(): transfers and calls that take the place of another (RFC 3515, 3891, 5589);
 * without it REFER is refused (405), and a call with Replaces is one as any other.
 */
#define MICROSIP_HAS_REFER 134217728
/**
 * microsip_features(): presence of accounts is published (RFC 3903); without it
 * microsip_account_publish sets what those see who watch this phone, where the library lets them.
 */
#define MICROSIP_HAS_PUBLISH 268435456
/**
 * microsip_features(): others may watch our calls, our presence and a mailbox of ours (RFC 6665);
 * without it SUBSCRIBE is refused (405).
 */
#define MICROSIP_HAS_NOTIFY 536870912
/**
 * microsip_features(): a message says that another is being written (RFC 3994), or what became of
 * it (RFC 5438).
 */
#define MICROSIP_HAS_IMDN 2147483648
/** @} */

/** @name Ids and switches
 * @{ */
/** An explicit nothing, where 0 would be the default. */
#define MICROSIP_NONE 4294967295
/** A switch: on. */
#define MICROSIP_ON 1
/**
 * A switch: off. 0 in a struct is the default, or leaves the switch as it is; as an argument 0 is
 * off, too.
 */
#define MICROSIP_OFF 2
/** MICROSIP_KIND() of a phone's id. */
#define MICROSIP_KIND_PHONE 1
/** MICROSIP_KIND() of an account's id. */
#define MICROSIP_KIND_ACCOUNT 2
/** MICROSIP_KIND() of a call's id. */
#define MICROSIP_KIND_CALL 3
/** MICROSIP_KIND() of a conference's id. */
#define MICROSIP_KIND_CONFERENCE 6
/** MICROSIP_KIND() of a message's id. */
#define MICROSIP_KIND_MESSAGE 7
/** MICROSIP_KIND() of a subscription's id. */
#define MICROSIP_KIND_SUBSCRIPTION 8
/** MICROSIP_KIND() of a watcher's id. */
#define MICROSIP_KIND_WATCHER 9

/** An engine in the caller's memory. It is never moved. */
typedef struct microsip_engine microsip_engine;

/**
 * Names a phone, an account, a call, a conference, a message or a subscription: kind, generation
 * and slot in a number below 2^53. 0 is none.
 */
typedef uint64_t microsip_id;

/** The person at this phone: microphone and loudspeaker, and the settings of all calls. */
#define MICROSIP_SELF 1
/** The ring device. */
#define MICROSIP_RING 2
/** The far ends that are on hold: a target of microsip_engine_audio. */
#define MICROSIP_HELD 3
/** @} */

/** @name Addresses
 * @{ */
/** Transports; bits in a set: datagrams. */
#define MICROSIP_UDP 1
/** Transports: streams. */
#define MICROSIP_TCP 2
/** Transports: streams under TLS, which this library has not yet. */
#define MICROSIP_TLS 4
/** An address family: IPv4. */
#define MICROSIP_ADDRESS_V4 4
/** An address family: IPv6. */
#define MICROSIP_ADDRESS_V6 6

/** An IP address and a port. Frozen: it has no size member. */
typedef struct microsip_addr {
  /** 0 none, 4 or 6. */
  uint16_t family;
  /** In the host's byte order. */
  uint16_t port;
  /** IPv6 scope; 0 without. */
  uint32_t scope;
  /** The address in network order; IPv4 in the first four bytes. */
  uint8_t ip[16];
} microsip_addr;
/** @} */

/** @name Events
 * @{ */
/**
 * A call changed its state; with MICROSIP_INCOMING value is MICROSIP_ALERT_*, the ring that it asks
 * for, and with an end by MICROSIP_BY_RULE it is MICROSIP_RULE_*. A call that a rule has not let in
 * has one event: its end, with MICROSIP_INCOMING among the states reached. Unknown event types are
 * to be ignored.
 */
#define MICROSIP_EV_CALL 1
/** An account changed its state. */
#define MICROSIP_EV_ACCOUNT 2
/**
 * A digit was received, and is over; value is its ASCII code, state the MICROSIP_DTMF_* by which it
 * came, reached the milliseconds that it lasted.
 */
#define MICROSIP_EV_DIGIT 3
/**
 * Command op ended: result, sip_code. Exactly once for a command with a token other than 0 that
 * returned MICROSIP_OK; without one only a failure has it.
 */
#define MICROSIP_EV_DONE 4
/**
 * An audio device was opened (result 0) or failed; value is MICROSIP_DEV_*. Calls go on with the
 * null device.
 */
#define MICROSIP_EV_DEVICE 7
/**
 * The machine's addresses changed; value is the number that the phone has now, loopback's among
 * them.
 * MICROSIP_E_UNREACHABLE: none but loopback's.
 */
#define MICROSIP_EV_NETWORK 8
/**
 * value events that were not fetched, or ended calls that were not released, gave way to new ones;
 * read states anew.
 */
#define MICROSIP_EV_LOST 9
/**
 * microsip_shutdown has done its work: the last event of this phone. MICROSIP_E_TIMEOUT: the grace
 * was over first.
 */
#define MICROSIP_EV_CLOSED 10
/** The library met a fault of its own: the last event of this phone. */
#define MICROSIP_EV_POISONED 11
/**
 * A call's media changed; value is a set of MICROSIP_MEDIA_*. With a result that is no MICROSIP_OK
 * nothing changed: after a change of network the call was offered anew from our new address, and
 * the offer failed, with the status that refused it, its cause and its side.
 * MICROSIP_E_MEDIA_LOST: the far end sends nothing any more (see MICROSIP_LOST_TELL); MICROSIP_OK
 * follows when it does again.
 */
#define MICROSIP_EV_MEDIA 12
/**
 * A challenge got no credentials, or they were refused: result says why (MICROSIP_E_AUTH,
 * MICROSIP_E_NO_PASSWORD,
 * MICROSIP_E_REALM, MICROSIP_E_SCHEME, MICROSIP_E_CHALLENGE), MICROSIP_TXT_REALM names the realm.
 */
#define MICROSIP_EV_CHALLENGE 13
/**
 * A transfer of call object goes on: state is MICROSIP_TRANSFER_*, token the command's, sip_code
 * the status that the new party gave, or that the far end refused with; with
 * MICROSIP_TRANSFER_FAILED result, cause and ended_by say why. Of several steps since the last
 * event of this type, the latest. With MICROSIP_HAS_REFER.
 */
#define MICROSIP_EV_TRANSFER 14
/**
 * Message object came (state MICROSIP_UNREAD, or MICROSIP_KEPT where it is stored); or nobody
 * answered it in time (MICROSIP_OVER, MICROSIP_E_TIMEOUT), and its sender got sip_code. owner: its
 * call, else its account. With MICROSIP_HAS_MESSAGE.
 */
#define MICROSIP_EV_MESSAGE 15
/**
 * The far end that message object names writes to us, or does not any more: state is
 * MICROSIP_COMPOSING_* (RFC 3994). It sent a message, said so, or was silent for too long. The
 * message needs no answer, and there is one for each far end that writes, of at most a quarter of
 * max_messages. owner: its call, else its account. With MICROSIP_HAS_IMDN, as the next one.
 */
#define MICROSIP_EV_COMPOSING 31
/**
 * A notice of what became of a message of ours (RFC 5438): state is MICROSIP_NOTICE_*; each of a
 * message is told once. object: the message, for as long as it is there; else the notice, a message
 * that came and needs no answer. Both have the message's name, MICROSIP_TXT_MESSAGE_ID. owner: its
 * call, else its account.
 */
#define MICROSIP_EV_DELIVERY 32
/**
 * Subscription object has another state, MICROSIP_SUB_*, or has failed once more: sip_code, result,
 * cause. The first of MICROSIP_SUB_PENDING says that somebody has to agree. With the state as it
 * was: it was told something that cannot be read (`unread` of its info). owner: its account. With
 * MICROSIP_HAS_SUBSCRIBE.
 */
#define MICROSIP_EV_SUBSCRIPTION 16
/**
 * The state that subscription object watches has changed: state is its MICROSIP_LAMP_*, value as in
 * its info. Of several changes since the last event of this type, the latest. With
 * MICROSIP_HAS_SUBSCRIBE.
 */
#define MICROSIP_EV_NOTIFY 17
/**
 * Watcher object would watch us (state MICROSIP_SUB_PENDING: microsip_watcher_answer decides),
 * watches us (MICROSIP_SUB_ACTIVE), or does no more (MICROSIP_SUB_ENDED): it was taken back,
 * refused or not refreshed (MICROSIP_OK), refused what it was told (MICROSIP_E_REFUSED, sip_code),
 * or could not be told (MICROSIP_E_TIMEOUT and others). value is what it watches, MICROSIP_PRESENCE
 * to MICROSIP_MESSAGE_SUMMARY; owner: the account, 0: it came directly. With MICROSIP_HAS_NOTIFY.
 */
#define MICROSIP_EV_WATCHER 33
/**
 * REFER object, a message, came (state MICROSIP_UNREAD): its sender wants us to call another party,
 * MICROSIP_TXT_REFER_TO. microsip_dial with o->refer follows it, microsip_message_answer refuses
 * it. Or it is MICROSIP_OVER: it was refused by a policy, or not answered in time
 * (MICROSIP_E_TIMEOUT), or a policy could not follow it (MICROSIP_E_FULL: no call was free), and
 * its sender got sip_code; or a policy followed it (MICROSIP_OK), and `refer` of a new call's info
 * names it. owner: its call, else its account. With MICROSIP_HAS_REFER.
 */
#define MICROSIP_EV_REFER 20
/**
 * The mailbox of account object has changed, as its own server says without a subscription (RFC
 * 3842): state is its MICROSIP_LAMP_*, value its new messages; microsip_account_info has both. Of
 * several changes since the last event of this type, the latest; a description that says the same
 * again has none. With MICROSIP_HAS_SUBSCRIBE.
 */
#define MICROSIP_EV_MAILBOX 26
/**
 * The own server of account object wants its settings to be read again (the event check-sync, by
 * which PBXs set phones up anew). value: MICROSIP_ON: and the phone is to begin anew with them;
 * MICROSIP_OFF: it is not; 0: the server did not say. The library does neither. Of several before
 * this is fetched one is told, and MICROSIP_ON goes before the others. Anybody else's is refused.
 * With MICROSIP_HAS_SUBSCRIBE.
 */
#define MICROSIP_EV_CHECK_SYNC 27
/**
 * The publication of the presence of account object has another state, or has failed once more:
 * MICROSIP_SUB_ACTIVE: its server has it; MICROSIP_SUB_RETRYING: a PUBLISH failed and is tried
 * again, or waits for the account's registration; MICROSIP_SUB_ENDED: it was taken back
 * (MICROSIP_OK), or refused in a way that time does not mend, until microsip_account_publish or
 * microsip_account_update tries again. sip_code, result, cause. With MICROSIP_HAS_PUBLISH.
 */
#define MICROSIP_EV_PUBLICATION 29
/**
 * Call other, or MICROSIP_SELF, joined (state 1) or left (state 0) conference object, which may be
 * gone. What was there and back before the event was fetched is not told.
 */
#define MICROSIP_EV_MEMBER 18
/**
 * Call other, or MICROSIP_SELF, talks now in conference object; 0: nobody does. It is the loudest
 * voice of the last 300 ms, and a pause shorter than a second ends nothing.
 */
#define MICROSIP_EV_TALKER 19
/**
 * A digit has begun and is not over: its key is held. value is its ASCII code, state the
 * MICROSIP_DTMF_* by which it comes; MICROSIP_EV_DIGIT follows. A digit that is over by the time
 * this would be told has only that.
 */
#define MICROSIP_EV_DIGIT_BEGUN 21
/**
 * The far end of a call is another, or has another name: MICROSIP_TXT_REMOTE_URI,
 * MICROSIP_TXT_REMOTE_NAME. A re-INVITE or an UPDATE names it in From (RFC 4916), or the account's
 * own proxy asserts it in one, or in a response: P-Asserted-Identity (RFC 3325), Remote-Party-ID.
 * With MICROSIP_HAS_IDENTITY.
 */
#define MICROSIP_EV_IDENTITY 24
/**
 * A request of a call or an account left by UDP, though it is longer than 1300 bytes, for its far
 * end could not be reached by TCP (RFC 3261 §18.1.1); value is its bytes. The network may drop it,
 * and then nothing answers: fewer header lines and codecs make it shorter, MICROSIP_TCP as
 * transport of the account says at once what is wrong. Of several that left before this is fetched
 * the latest is told. With MICROSIP_HAS_STREAM.
 */
#define MICROSIP_EV_DATAGRAM 25
/**
 * A call for help left without the document that says where the caller is, for the INVITE would
 * have been longer than `max_message` with it, or was refused with it (413, 415, 424, 513); value
 * is the document's bytes. Those who are asked for help can only ask where it is. With
 * MICROSIP_HAS_IDENTITY.
 */
#define MICROSIP_EV_LOCATION 28
/**
 * A digit of ours has left; by INFO, the far end has taken it. value is its ASCII code, state the
 * MICROSIP_DTMF_* by which it left (never one of the automatic ones), reached the number of digits
 * and pauses that wait behind it. Of several that left before this is fetched the latest is told.
 * With MICROSIP_HAS_INFO.
 */
#define MICROSIP_EV_DIGIT_SENT 23
/**
 * Commands in op of MICROSIP_EV_DONE: the sound has been played to its end; MICROSIP_E_FILE: it
 * could not be read to its end. MICROSIP_E_CANCELLED: it was stopped, replaced, or its call ended
 * first.
 */
#define MICROSIP_OP_PLAY 1
/**
 * Commands in op of MICROSIP_EV_DONE: the recording is complete; MICROSIP_E_FILE: it could not be
 * written on.
 */
#define MICROSIP_OP_RECORD 2
/**
 * Commands in op of MICROSIP_EV_DONE: the digits are out; or (MICROSIP_E_STATE) cannot be sent any
 * more since the call ended, was put on hold, or, in a library without MICROSIP_HAS_TONES, takes no
 * events any more. By INFO: MICROSIP_E_REFUSED, with sip_code, MICROSIP_E_TIMEOUT, or what else
 * kept one from the far end; the digits behind it are not sent.
 */
#define MICROSIP_OP_DIGITS 3
/**
 * Commands in op of MICROSIP_EV_DONE: the far end is on hold, or is not any more.
 * MICROSIP_E_REFUSED: it refused, with sip_code, and the call stays as it was; MICROSIP_TXT_REASON
 * and MICROSIP_TXT_WARNING of the call have its words until its next message. MICROSIP_E_CANCELLED:
 * a later one replaced it, or its call ended.
 */
#define MICROSIP_OP_HOLD 4
/**
 * Commands in op of MICROSIP_EV_DONE: the far end has answered an offer of ours; otherwise as
 * MICROSIP_OP_HOLD.
 */
#define MICROSIP_OP_REOFFER 5
/**
 * Commands in op of MICROSIP_EV_DONE: the new party and the far end talk. MICROSIP_E_REFUSED: the
 * far end does not call it, or it does not answer, with sip_code. MICROSIP_E_TIMEOUT: the far end
 * has not said for too long, or not at all, how it went. MICROSIP_E_CANCELLED: the call ended
 * first. With MICROSIP_HAS_REFER.
 */
#define MICROSIP_OP_TRANSFER 6
/** Commands in op of MICROSIP_EV_DONE: the account is registered, or the first try failed. */
#define MICROSIP_OP_REGISTER 7
/** Commands in op of MICROSIP_EV_DONE: the registration is gone. */
#define MICROSIP_OP_UNREGISTER 8
/**
 * Commands in op of MICROSIP_EV_DONE: the server has the presence, or has it no more; or the first
 * try failed, with sip_code. Several that wait for their turn have one PUBLISH, and its result.
 * MICROSIP_E_CANCELLED: the account went first, or the presence was taken back before it left.
 */
#define MICROSIP_OP_PUBLISH 9
/**
 * Commands in op of MICROSIP_EV_DONE: the far end has accepted message object. MICROSIP_E_REFUSED:
 * it has not, with sip_code. MICROSIP_E_TIMEOUT: it gave no response, and may have it all the same.
 * MICROSIP_E_UNREACHABLE: it was too long for a datagram, and no TCP was to be had, too.
 * MICROSIP_E_CANCELLED: its account was removed. MICROSIP_E_STATE: its call ended before its turn.
 */
#define MICROSIP_OP_SEND 10
/**
 * Commands in op of MICROSIP_EV_DONE: the far end has our new identity. MICROSIP_E_REFUSED: it does
 * not take it, with sip_code, and ours stays as it was. MICROSIP_E_CANCELLED: a later one replaced
 * it, or its call ended.
 */
#define MICROSIP_OP_IDENTIFY 11
/**
 * Commands in op of MICROSIP_EV_DONE: the tone is over. MICROSIP_E_CANCELLED: it was stopped,
 * another took its place, its call or conference ended first, or the last call left the conference.
 */
#define MICROSIP_OP_TONE 12

/**
 * An event. 96 bytes on every target; all of it is numbers. The events of one object come in a
 * fixed order: of a call its coming, its states, its media and its identity, digits, the ends of
 * commands, last its end; what became of it twice since its last event of a type is told once, the
 * latest. Objects take turns by their first news that was not fetched. So time_us may run backwards
 * from one event to the next: sort by it where the time is what counts.
 */
typedef struct microsip_event {
  /** sizeof(microsip_event). */
  uint32_t size;
  /** MICROSIP_EV_*. */
  uint32_t type;
  /** The phone; 0 in the engine family. */
  microsip_id phone;
  /** The object that it is about; MICROSIP_KIND() gives its kind. 0: the phone. */
  microsip_id object;
  /** The object's owner: a call's account. 0: nothing. */
  microsip_id owner;
  /** A second object, where the type says so; else 0. */
  microsip_id other;
  /** The application's own number for object, else for owner. */
  uint64_t tag;
  /** The command's, in MICROSIP_EV_DONE and MICROSIP_EV_TRANSFER; else 0. */
  uint64_t token;
  /**
   * The time at which it happened: microseconds since the phone's creation; in the engine family by
   * now_us.
   */
  uint64_t time_us;
  /**
   * The state that the object is in: MICROSIP_EV_CALL: MICROSIP_CALLING to MICROSIP_ENDED;
   * MICROSIP_EV_ACCOUNT: MICROSIP_UNREGISTERED to MICROSIP_REG_FAILED; others as the type says;
   * else 0. MICROSIP_EV_DIGIT, _BEGUN and _SENT: MICROSIP_DTMF_*.
   */
  uint32_t state;
  /**
   * MICROSIP_EV_CALL and MICROSIP_EV_ACCOUNT: a bit, 1 << state, for each state reached since the
   * object's last event of this type, that of state among them: states that follow each other at
   * once are one event, and reached & (1 << MICROSIP_EARLY) says that it rang before it was
   * answered. MICROSIP_EV_DIGIT: milliseconds. MICROSIP_EV_DIGIT_SENT: what waits behind it. Else
   * 0.
   */
  uint32_t reached;
  /** The SIP status that came with it, or 0. */
  uint32_t sip_code;
  /** The result. */
  int32_t result;
  /**
   * MICROSIP_CAUSE_*, with the end of a call, and with MICROSIP_EV_DONE of a command that failed,
   * or MICROSIP_TRANSFER_FAILED.
   */
  uint32_t cause;
  /**
   * MICROSIP_BY_*, with the end of a call; with MICROSIP_EV_DONE of a command that failed,
   * MICROSIP_BY_REMOTE where a response refused it, MICROSIP_BY_LIBRARY where none came; with
   * MICROSIP_E_CANCELLED who ended its call, and MICROSIP_BY_APPLICATION where another command
   * overtook it.
   */
  uint32_t ended_by;
  /** A digit, a device, a number, or bits, as the type says. */
  uint32_t value;
  /** MICROSIP_OP_*, with MICROSIP_EV_DONE. */
  uint32_t op;
} microsip_event;

/**
 * Takes events, on a thread of the library's own, one at a time. Everything but microsip_destroy
 * may be called inside. An ended call can be read in it and after it, until microsip_id_release, or
 * until its slot is needed.
 */
typedef void (MICROSIP_CALL *microsip_event_fn)(void *user, const struct microsip_event *ev);
/** @} */

/** @name Texts and headers of any object
 * @{ */
/**
 * Texts of a call, a message or a subscription: the far end's URI. Of a call after
 * MICROSIP_EV_IDENTITY the new one's; where it was redirected it stays the one that was dialled.
 */
#define MICROSIP_TXT_REMOTE_URI 1
/** Texts of a call, or of a message that came: the far end's display name. */
#define MICROSIP_TXT_REMOTE_NAME 2
/** Texts of a call, an account, or a message that came: our URI. */
#define MICROSIP_TXT_LOCAL_URI 3
/**
 * Texts of a call: the last status's reason phrase, or the text of the Reason header in the message
 * that ended it; in a call that is up, those of the last offer that was refused. Of an account: the
 * reason phrase of the response to its last REGISTER, and with index 1 to its last PUBLISH, where
 * that was refused; of a message of ours, that of its response. Of a subscription that was refused:
 * the reason phrase; of one that a NOTIFY ended: the reason in that (RFC 6665): deactivated,
 * probation, rejected, timeout, giveup, noresource or invariant. Of a subscription with neither,
 * MICROSIP_NOTHING.
 */
#define MICROSIP_TXT_REASON 4
/** Texts of a call, or of a message that came: Call-ID. */
#define MICROSIP_TXT_CALL_ID 5
/** Texts of a call: its codec, as PCMU/8000. */
#define MICROSIP_TXT_CODEC 6
/** Texts of a call: the far end's User-Agent or Server. */
#define MICROSIP_TXT_USER_AGENT 7
/**
 * Texts of a call: the URI that the account's own proxy asserts of the far end: in the INVITE that
 * came in, or later (MICROSIP_EV_IDENTITY), by P-Asserted-Identity or else Remote-Party-ID. Of no
 * other host's message: nobody else is believed.
 */
#define MICROSIP_TXT_ASSERTED_URI 9
/**
 * Texts of a call, by index from 0: the URIs of those who forwarded it before it came in, the last
 * one first, as the account's own proxy says: by Diversion (RFC 5806), else by History-Info (RFC
 * 7044). With MICROSIP_HAS_IDENTITY, as the next two.
 */
#define MICROSIP_TXT_DIVERSION 10
/**
 * Texts of a call, by index from 0: the URIs of the Contacts of the 3xx that ended it, in the order
 * in which they stand there.
 */
#define MICROSIP_TXT_CONTACT 12
/**
 * Texts of a call, by index from 0: why each of MICROSIP_TXT_DIVERSION did so, in Diversion's
 * words: unconditional, user-busy, no-answer, deflection, unavailable, unknown, and others.
 */
#define MICROSIP_TXT_DIVERSION_REASON 33
/**
 * Texts of a subscription's entry, by index: a value for Replaces (RFC 3891) by which its call can
 * be taken over, as `pickup` of microsip_options has it. Of a call that is up: its own, as its far
 * end knows it. Of a REFER: that of the call whose place the new one is to take, for an attended
 * transfer. The latter two with MICROSIP_HAS_REFER.
 */
#define MICROSIP_TXT_REPLACES 11
/**
 * Texts of a message or a subscription: the type of its body. Of a message that says that another
 * is being written (MICROSIP_EV_COMPOSING): that one's.
 */
#define MICROSIP_TXT_CONTENT_TYPE 20
/**
 * Texts of a message that asks for notices, of either way, and of a notice: the name of the
 * message, 32 letters of one of ours (RFC 5438, Message-ID). It outlives the message's slot: keep
 * it where notices may come for days. With MICROSIP_HAS_IMDN.
 */
#define MICROSIP_TXT_MESSAGE_ID 46
/**
 * Texts of a REFER: the URI that it asks us to call, without its headers. With MICROSIP_HAS_REFER,
 * as the next one.
 */
#define MICROSIP_TXT_REFER_TO 21
/** Texts of a REFER: the URI of whom it says that it asks (RFC 3892). Nobody vouches for it. */
#define MICROSIP_TXT_REFERRED_BY 22
/** Texts of a subscription's entry, by index: a note for people. */
#define MICROSIP_TXT_NOTE 23
/**
 * Texts of a subscription's entry, by index: the party that is talked to, or the Contact; of a
 * mailbox its account.
 */
#define MICROSIP_TXT_ENTRY_URI 24
/** Texts of a subscription's entry, by index: that party's name; of a party in a list its own. */
#define MICROSIP_TXT_ENTRY_NAME 25
/**
 * Texts of a subscription's entry, by index: in a list the URI of the party that it is, or is of.
 * With MICROSIP_HAS_LISTS, as the next one.
 */
#define MICROSIP_TXT_ENTRY_RESOURCE 50
/**
 * Texts of a subscription's entry, by index: why nothing is known of a party in a list: "pending",
 * somebody has to agree first; the reason of an end in RFC 6665's words, or "terminated";
 * "missing", its document is named, and not there; "unreadable", it is broken, or of another type.
 * MICROSIP_NOTHING: its state is known, or has not been told yet.
 */
#define MICROSIP_TXT_ENTRY_REASON 51
/** Texts of an account: the realm of the last refused challenge. */
#define MICROSIP_TXT_REALM 17
/**
 * Texts of a call: the text of the Warning (RFC 3261 20.43) in its refusal; in a call that is up,
 * in that of the last offer that was refused.
 */
#define MICROSIP_TXT_WARNING 32
/**
 * Texts of MICROSIP_SELF: the id of a device of the last microsip_device_scan(), for
 * microsip_device_set(). index: MICROSIP_DEV_* << 16 | n, n from 0.
 */
#define MICROSIP_TXT_DEVICE_ID 26
/** Texts of MICROSIP_SELF: the name of such a device, for people. */
#define MICROSIP_TXT_DEVICE_NAME 27
/**
 * Texts of MICROSIP_SELF: a country, by its two letters of ISO 3166. index 0: the one whose tones
 * are played, "" for those that ITU-T recommends; from 1: those that there are.
 */
#define MICROSIP_TXT_COUNTRY 40
/**
 * Texts of MICROSIP_SELF or an account: the target that was dialled last, by any account and
 * without one, or by that one, as it was given to microsip_dial(), which calls it again for NULL.
 * Digits behind it, which may be a PIN, are not kept; nor is a target with a password, or of more
 * than 127 bytes, and then there is none. With MICROSIP_HAS_NUMBERS.
 */
#define MICROSIP_TXT_DIALLED 41
/**
 * Texts of an account: the address of its mailbox, as its own server names it: in many PBXs the one
 * to call to hear the messages (RFC 3842, Message-Account). One of more than 128 bytes is left out.
 * With MICROSIP_HAS_SUBSCRIBE.
 */
#define MICROSIP_TXT_MAILBOX 42
/**
 * Texts of a message that is an INFO: its package with its parameters; MICROSIP_NOTHING: it has
 * none. Of a call: the packages that the far end takes, comma separated, at most 16 and 128 bytes,
 * maybe none ("", with `needed` 1); MICROSIP_NOTHING: it has not said. With MICROSIP_HAS_INFO and
 * MICROSIP_HAS_MESSAGE.
 */
#define MICROSIP_TXT_PACKAGE 45
/** A message that came for a call: the first, which is always kept. */
#define MICROSIP_FIRST 1
/** A message that came for a call: the last, whatever it is; an INFO within the call, too. */
#define MICROSIP_LAST 2
/** A message that came for a call: the last INVITE; of a call that is up, the last re-INVITE. */
#define MICROSIP_INVITE 3
/** A message that came for a call: the last ACK. */
#define MICROSIP_ACK 4
/** A message that came for a call: the last PRACK. */
#define MICROSIP_PRACK 5
/** A message that came for a call: the last UPDATE. */
#define MICROSIP_UPDATE 6
/** A message that came for a call: the last INFO. */
#define MICROSIP_INFO 7
/** A message that came for a call: its CANCEL. */
#define MICROSIP_CANCEL 8
/** A message that came for a call: its BYE. */
#define MICROSIP_BYE 9
/**
 * Messages that came for a call and are kept, in the order in which they came: MICROSIP_NTH is the
 * first, MICROSIP_NTH + 1 the second. A number from 100 to 699 is the last response with that
 * status.
 */
#define MICROSIP_NTH 1000
/** @} */

/** @name Rules for incoming calls
 * @{ */
/** Forwarding, a set: every call. */
#define MICROSIP_FORWARD_ALWAYS 1
/** Forwarding, a set: calls that call waiting or max_calls would refuse. */
#define MICROSIP_FORWARD_BUSY 2
/** Forwarding, a set: calls that nobody has answered for forward_s. */
#define MICROSIP_FORWARD_NO_ANSWER 4
/**
 * Auto answer, a set: calls whose Answer-Mode, Call-Info, Alert-Info or X-AUTOANSWER asks for it,
 * brought by the account's own server.
 */
#define MICROSIP_AUTO_HEADER 1
/** Auto answer, a set: an account's callers in auto_answer_from. */
#define MICROSIP_AUTO_LIST 2
/** Auto answer, a set: every call that is let in. */
#define MICROSIP_AUTO_ALL 4
/**
 * Auto answer, a set: the person at the phone hears a beep when a rule answers. Needs
 * MICROSIP_HAS_TONES.
 */
#define MICROSIP_AUTO_BEEP 256
/** Auto answer, a set: only while there is no other call. */
#define MICROSIP_AUTO_WHEN_IDLE 512
/** A rule that ended a call: a call with the same party was there. */
#define MICROSIP_RULE_SAME 1
/** A rule that ended a call: call waiting is off. */
#define MICROSIP_RULE_WAITING 2
/** A rule that ended a call: max_calls. */
#define MICROSIP_RULE_LIMIT 3
/** A rule that ended a call: its caller hides. */
#define MICROSIP_RULE_ANONYMOUS 4
/** A rule that ended a call: its caller is denied. */
#define MICROSIP_RULE_DENY 5
/** A rule that ended a call: do not disturb. */
#define MICROSIP_RULE_DND 6
/** A rule that ended a call: it was forwarded. */
#define MICROSIP_RULE_FORWARD 7
/** A rule that ended a call: it rang for ring_s. */
#define MICROSIP_RULE_RING 8
/** A rule that ended a call: it lasted for max_duration_s. */
#define MICROSIP_RULE_DURATION 9
/** A rule that ended a call: the phone had called itself through a proxy. */
#define MICROSIP_RULE_ITSELF 10
/**
 * A rule that ended a call: its Answer-Mode requires an automatic answer (RFC 5373), and by
 * MICROSIP_AUTO_HEADER none is given: 403.
 */
#define MICROSIP_RULE_ANSWER_MODE 11

/**
 * Rules for incoming calls, obeyed in this order; an account's stand over the phone's. What one
 * ended is told as an ended call, MICROSIP_BY_RULE. Numbers: 0 leaves one as it is, MICROSIP_NONE
 * is none. Texts are copied; "" gives one up.
 */
typedef struct microsip_rules {
  /** sizeof(microsip_rules). */
  uint32_t size;
  /** A switch: a second call with the same party is let in; default on. */
  uint32_t same_party;
  /** A switch: calls are let in while there is another; default on. Off: 486. */
  uint32_t call_waiting;
  /** Calls of the phone beyond which 486 is sent; by default no limit but the phone's. */
  uint32_t max_calls;
  /** A switch: anonymous callers are let in; default on. Off: 433 (RFC 5079). */
  uint32_t anonymous;
  /** A switch: do not disturb; default off. */
  uint32_t dnd;
  /** Its status, 400 to 699; by default 486. */
  uint32_t dnd_code;
  /**
   * A set of MICROSIP_FORWARD_*: 302 with Contact and Diversion. Each needs a target, set with it
   * or before.
   */
  uint32_t forward;
  /** A set of MICROSIP_AUTO_*. */
  uint32_t auto_answer;
  /** Seconds of ringing until MICROSIP_FORWARD_NO_ANSWER; by default 20. */
  uint32_t forward_s;
  /** Seconds of ringing before a rule answers; by default none. */
  uint32_t auto_answer_s;
  /**
   * Seconds of ringing after which a call is refused with 480; by default it ends with its INVITE
   * (487).
   */
  uint32_t ring_s;
  /** Seconds after which a call that is up is ended; by default never. Calls of ours too. */
  uint32_t max_duration_s;
  /**
   * A switch. On: answering a call ends the others. Off: answering or resuming one holds the
   * others. By default they go on as they are.
   */
  uint32_t single;
  /**
   * A switch: redirections of our calls (300 to 302) are followed; default on. 305 and 380 never
   * are.
   */
  uint32_t redirect;
  /**
   * Milliseconds for the application to answer or refuse a call before these rules decide; it does
   * not ring until then. By default they decide at once.
   */
  uint32_t decide_ms;
  /** Targets of a forwarded call, the most wanted first, as 200, `sip:a@example.com`. */
  const char *forward_to;
  /** The same for MICROSIP_FORWARD_BUSY; by default forward_to. */
  const char *forward_busy_to;
  /** The same for MICROSIP_FORWARD_NO_ANSWER; by default forward_to. */
  const char *forward_no_answer_to;
  /**
   * Callers for MICROSIP_AUTO_LIST: "100, 2??, `*@example.com"`. `*` is any text, `?` one
   * character; without ``@`` it is the user alone.
   */
  const char *auto_answer_from;
  /** Callers whose calls are refused with 486, likewise. */
  const char *deny;
  /** Callers who are let in though they are denied or anonymous, likewise. */
  const char *allow;
  /**
   * Seconds behind a call for help (a number in `emergency` of its account, or urn:service:sos) in
   * which a call that the account's own server brings rings, whatever these rules say; by default
   * 1800. While that call lasts, too. A phone that has no call left for it refuses it with 486.
   */
  uint32_t callback_s;
  /** 0. */
  uint32_t reserved;
} microsip_rules;
/** @} */

/** @name Accounts
 * @{ */
/** Account states: not registered, and not trying. */
#define MICROSIP_UNREGISTERED 1
/** Account states: a REGISTER is under way. */
#define MICROSIP_REGISTERING 2
/** Account states: registered until its refresh. */
#define MICROSIP_REGISTERED 3
/** Account states: the last try failed; another follows where that can help. */
#define MICROSIP_REG_FAILED 4
/** A far end that sends nothing any more: its call is ended with MICROSIP_E_MEDIA_LOST. */
#define MICROSIP_LOST_END 1
/**
 * A far end that sends nothing any more: MICROSIP_EV_MEDIA has MICROSIP_E_MEDIA_LOST, and another
 * one follows when media comes again.
 */
#define MICROSIP_LOST_TELL 2
/** Privacy: all is shown. */
#define MICROSIP_PRIVACY_NONE 1
/**
 * Privacy: proxies do not pass on what they assert of us (RFC 3325, Privacy: id); From and Contact
 * name us.
 */
#define MICROSIP_PRIVACY_ID 2
/** Privacy: the same, and From and Contact name nobody (RFC 3323). */
#define MICROSIP_PRIVACY_ANONYMOUS 3
/**
 * Reliable provisional responses (RFC 3262): our INVITEs do not mention them, and our responses are
 * reliable only where the caller requires it.
 */
#define MICROSIP_RELIABLE_OFF 1
/**
 * Reliable provisional responses: our INVITEs support them; our responses are reliable where the
 * caller requires it, and a 183, which brings a description, where the caller supports it.
 */
#define MICROSIP_RELIABLE_SUPPORTED 2
/**
 * Reliable provisional responses: our INVITEs require them, so that a far end without them refuses
 * the call (420). All our responses from 180 on are reliable, and a caller without them is refused
 * (421).
 */
#define MICROSIP_RELIABLE_REQUIRED 3
/** Session timers (RFC 4028): none, unless the far end requires one, or its answer brings one. */
#define MICROSIP_TIMER_OFF 1
/** Session timers: one runs where the far end, or a proxy on the way, knows them. */
#define MICROSIP_TIMER_SUPPORTED 2
/**
 * Session timers: where nobody else knows them one runs too, for our benefit alone: this phone
 * refreshes the call by UPDATE or re-INVITE, until the far end refuses that.
 */
#define MICROSIP_TIMER_ALWAYS 3
/**
 * Session timers: the same, and our INVITEs require them, so that a far end without them refuses
 * the call (420), and a caller without them is refused (421). RFC 4028 advises against it.
 */
#define MICROSIP_TIMER_REQUIRED 4
/**
 * The side that refreshes a session: the far end may choose; where we have to, it is the caller.
 */
#define MICROSIP_REFRESHER_EITHER 1
/** The side that refreshes a session: we. */
#define MICROSIP_REFRESHER_US 2
/** The side that refreshes a session: the far end. */
#define MICROSIP_REFRESHER_THEM 3
/**
 * A use of a location, a set: servers on the way may read it to find who is called (RFC 6442,
 * Geolocation-Routing: yes).
 */
#define MICROSIP_LOCATION_ROUTING 1
/** A use of a location, a set: it goes to whom a redirection (3xx) names, too. */
#define MICROSIP_LOCATION_FOLLOWS 2
/**
 * A use of a location, a set: servers may not read it, though the call is for help in an emergency.
 */
#define MICROSIP_LOCATION_NO_ROUTING 4

/** An account. Texts are copied. */
typedef struct microsip_account {
  /** sizeof(microsip_account). */
  uint32_t size;
  /** Wished lifetime of a registration in seconds; 0: 300. */
  uint32_t expires;
  /** A switch: it registers; default on. */
  uint32_t registers;
  /** Seconds between keepalives; 0: 15 by UDP, 110 by TCP; UINT32_MAX: none. */
  uint32_t keepalive;
  /** The application's own number. */
  uint64_t tag;
  /** Address of record, `sip:user@domain`. */
  const char *uri;
  /** sip:host[:port]; NULL: the domain of uri. */
  const char *registrar;
  /**
   * Outbound proxy, sip:host[:port]; NULL: none. At most 251 bytes, as a call has 256 for its
   * route.
   */
  const char *proxy;
  /** For digest; NULL: the user part of uri. */
  const char *username;
  /** For digest. */
  const char *password;
  /** Shown to others. */
  const char *display_name;
  /**
   * The realms whose challenges are answered, comma separated, and no others; NULL: the domain's,
   * and those of the registrar's challenges (where `registers` is off: that of the first call's
   * challenge). A new challenge within a call is answered only where the Contact of the far end and
   * each Record-Route name a host of the account (its domain, registrar or proxy, or an address of
   * these), without maddr: a provider that shows an inner address there gets no answer
   * (MICROSIP_E_REALM), whatever stands here or in `trusted`.
   */
  const char *realms;
  /**
   * User part of our Contact; NULL: that of uri, as most registrars want it. "*": random digits in
   * REGISTER's, for registrars that drop the parameter mkey, which marks calls that come by way of
   * the registrar.
   */
  const char *contact_user;
  /**
   * A switch, default off: media is taken from any host, after half a second in which no host
   * vouched for sends. For peers behind a NAT that neither their address in SDP nor the signalling
   * shows; a third party that knows our port can then replace a silent peer.
   */
  uint32_t media_any_host;
  /**
   * Seconds after which a far end that sends neither RTP nor RTCP is given up, in a call that is up
   * and not held; 0: the phone's; MICROSIP_NONE: never. At most 65535.
   */
  uint32_t media_timeout;
  /**
   * The action then: MICROSIP_LOST_END or MICROSIP_LOST_TELL; 0: the phone's. Not beside a
   * media_timeout of MICROSIP_NONE.
   */
  uint32_t media_lost;
  /**
   * One of MICROSIP_UDP and MICROSIP_TCP: to its registrar or proxy, where their URIs name none
   * (`;transport=tcp`); 0: as DNS says, else UDP.
   */
  uint32_t transport;
  /**
   * Hosts and networks whose calls are this account's too: "10.0.0.0/8, sbc.example,
   * 2001:db8::/32", 16 at most; NULL: none. Names are followed (of each phone's 16, of each
   * engine's 4 addresses); credentials do not go there.
   */
  const char *trusted;
  /**
   * The codecs of its calls in order, the most wanted first, as in microsip_config.codecs; those
   * that are not named are off. NULL, "": the phone's.
   */
  const char *codecs;
  /**
   * The numbers that may be dialled, and what becomes of them: alternatives between |, the first
   * that matches a whole number wins; none: MICROSIP_E_BLOCKED. x: any character; [2-9]: a set; a
   * dot repeats what is before it zero or more times; <8:1555> replaces; other text between them is
   * itself. "<+:00>x.|x.", "(911|[2-9]xxxxxx)". At most 48 elements an alternative, and 63 digits.
   * NULL: all, as they are. Whole addresses are not concerned. With MICROSIP_HAS_NUMBERS, as the
   * next two.
   */
  const char *dial_plan;
  /**
   * Put before numbers of more than three digits, in the place of their +, before the dial plan;
   * NULL: none.
   */
  const char *dial_prefix;
  /**
   * Numbers for help in an emergency, comma separated: "112, 911", digits, * and # behind a + or
   * none. Each counts as it is dialled, and in a URI of the account's domain
   * `(sip:112@example.org)`. Another entry is MICROSIP_E_ARG; NULL: none. Neither dial plan nor
   * prefix concerns them, nor do their calls get privacy; no rule ends or holds such a call, and
   * its call back rings (`callback_s` of microsip_rules). Where no slot is left for it another call
   * gives way: one that has ended; else it ends with MICROSIP_CAUSE_EMERGENCY and MICROSIP_E_FULL,
   * in this order: one that rings here (486), one that is dialled (CANCEL), one on hold, last the
   * one that has talked for longest (BYE). So do urn:service:sos and its sub-services (RFC 5031),
   * which can be dialled by any account and go by its proxy or registrar; where the caller is
   * stands in `location`, here or of microsip_options, or behind a URI in a Geolocation header (RFC
   * 6442) of `call_headers` or `headers`.
   */
  const char *emergency;
  /** Its rules for incoming calls, over the phone's; NULL: as they are. */
  const struct microsip_rules *rules;
  /**
   * MICROSIP_PRIVACY_*, for its calls; 0: MICROSIP_PRIVACY_NONE. With MICROSIP_HAS_IDENTITY, as
   * those behind it.
   */
  uint32_t privacy;
  /** MICROSIP_DTMF_*, the method of digits in its calls; 0: the phone's. With MICROSIP_HAS_INFO. */
  uint32_t dtmf;
  /**
   * The identity that the account's proxy may assert of us (RFC 3325, P-Preferred-Identity): a URI
   * with or without a name. It goes to the account's own server only. NULL: none.
   */
  const char *identity;
  /** Extra header lines of its REGISTERs, "Name: value\r\n" each; NULL: none. */
  const char *headers;
  /** Extra header lines of its INVITEs, before those of a call's options; NULL: none. */
  const char *call_headers;
  /**
   * Where its callers are, a document as `location` of microsip_options, for its calls that begin
   * from now on; NULL: none. Each of its calls needs as much room in `max_message`, but those whose
   * own location is "". With MICROSIP_HAS_IDENTITY.
   */
  const char *location;
  /**
   * MICROSIP_RELIABLE_*, for its calls; 0: the phone's. Needs MICROSIP_HAS_RELIABLE, but for
   * MICROSIP_RELIABLE_OFF.
   */
  uint32_t reliable;
  /**
   * The power of a digit, in dB below 0 dBm0: see `dtmf_level_db` of microsip_config; 0: the
   * phone's.
   */
  uint32_t dtmf_level_db;
  /** A switch: see `own_order` of microsip_config; 0: the phone's. */
  uint32_t own_order;
  /** A switch: see `single_codec` of microsip_config; 0: the phone's. */
  uint32_t single_codec;
  /**
   * MICROSIP_TIMER_*, session timers (RFC 4028) of its calls; 0: the phone's. With
   * MICROSIP_HAS_TIMERS, as the next three.
   */
  uint32_t session_timer;
  /**
   * Seconds for which a session lasts without a refresh (Session-Expires), at least 90; 0: the
   * phone's.
   */
  uint32_t session_expires;
  /** The shortest such time that is taken of others (Min-SE), at least 90; 0: the phone's. */
  uint32_t min_se;
  /** MICROSIP_REFRESHER_*, the side that refreshes; 0: the phone's. */
  uint32_t session_refresher;
  /**
   * The length of a digit, in milliseconds: see `dtmf_ms` of microsip_config; 0: the phone's. With
   * MICROSIP_HAS_INFO, as dtmf_gap_ms and dtmf_level_db.
   */
  uint32_t dtmf_ms;
  /**
   * The silence behind a digit, in milliseconds: see `dtmf_gap_ms` of microsip_config; 0: the
   * phone's.
   */
  uint32_t dtmf_gap_ms;
  /**
   * MICROSIP_MESSAGES_*, for messages that come for it; 0: the phone's. With MICROSIP_HAS_MESSAGE.
   */
  uint32_t messages;
  /**
   * MICROSIP_POLICY_*, for a REFER in its calls, or by its own server; 0: the phone's. In no call
   * nobody else's is followed. With MICROSIP_HAS_REFER, as the next one.
   */
  uint32_t refer;
  /**
   * MICROSIP_POLICY_*, for an INVITE with Replaces in its calls, which has to come by its own
   * server; 0: the phone's.
   */
  uint32_t replaces;
  /**
   * MICROSIP_POLICY_*, for those who would watch its calls, its presence or its mailbox (RFC 6665)
   * and come by its own server or from a host that it trusts; 0: the phone's. It counts at a
   * refresh, too. With MICROSIP_HAS_NOTIFY.
   */
  uint32_t watchers;
  /**
   * See `info_packages` of microsip_config, for its calls that begin from now on; NULL: the
   * phone's, and in microsip_account_update as they are. With MICROSIP_HAS_INFO and
   * MICROSIP_HAS_MESSAGE.
   */
  const char *info_packages;
  /** NULL. */
  const char *reserved_packages;
  /**
   * A switch: who watches its calls is told who talks to whom; 0: the phone's. With
   * MICROSIP_HAS_NOTIFY.
   */
  uint32_t watcher_details;
  /**
   * MICROSIP_NOTICES_*, notices of messages that leave by themselves, to its callers; 0: the
   * phone's. With MICROSIP_HAS_IMDN.
   */
  uint32_t notices;
  /**
   * A switch, default off: its presence is published (RFC 3903) without a word of the application's
   * while it is registered, or at once where it does not register: MICROSIP_LAMP_OPEN, and
   * MICROSIP_ACTIVITY_PHONE while a call of its is up. microsip_account_publish says otherwise.
   * With MICROSIP_HAS_PUBLISH.
   */
  uint32_t publish;
  /** 0. */
  uint32_t reserved_publish;
} microsip_account;

/**
 * Own presence: what others see of an account's party, where it is published (RFC 3903) or they
 * watch this phone itself (RFC 3856). Texts are copied.
 */
typedef struct microsip_presence {
  /** sizeof(microsip_presence). */
  uint32_t size;
  /**
   * MICROSIP_LAMP_OPEN: the party can be reached; MICROSIP_LAMP_CLOSED: it cannot; 0: as NULL, it
   * is taken back.
   */
  uint32_t state;
  /** MICROSIP_ACTIVITY_*; 0: none is told. */
  uint32_t activity;
  /** Seconds; 0: 3600; 1 to 9: 10; a day at most. It is refreshed until it is taken back. */
  uint32_t expires;
  /**
   * A switch, default off: MICROSIP_ACTIVITY_PHONE is told besides while a call of the account is
   * up.
   */
  uint32_t on_phone;
  /** 0. */
  uint32_t reserved;
  /** A note for people, at most 128 bytes, without control characters; NULL: none. */
  const char *note;
} microsip_presence;

/** An account, in numbers. */
typedef struct microsip_account_info {
  /** sizeof(microsip_account_info). */
  uint32_t size;
  /** Account state. */
  uint32_t state;
  /** Its id. */
  microsip_id account;
  /** The application's own number. */
  uint64_t tag;
  /** The time at which its registration runs out; UINT64_MAX: there is none. */
  uint64_t expires_us;
  /** The last SIP status. */
  uint32_t sip_code;
  /** The result of its failure. */
  int32_t result;
  /** The time at which a registration that failed is tried again; UINT64_MAX: not by itself. */
  uint64_t retry_us;
  /** The cause of its failure: MICROSIP_CAUSE_*, or 0. */
  uint32_t cause;
  /**
   * The state of the publication of its presence: MICROSIP_SUB_*; 0: there is none. With
   * MICROSIP_HAS_PUBLISH, as those at the end.
   */
  uint32_t publication;
  /** The time at which its own server last described its mailbox; UINT64_MAX: it did not. */
  uint64_t mailbox_us;
  /**
   * Its mailbox, as its own server describes it without a subscription (MICROSIP_EV_MAILBOX):
   * MICROSIP_LAMP_OPEN: something new waits, MICROSIP_LAMP_CLOSED: nothing new,
   * MICROSIP_LAMP_UNKNOWN: it was not described. It stays while a registration fails, and is
   * unknown again once that is taken back, or the account has another URI or server.
   * MICROSIP_TXT_MAILBOX is its address. With MICROSIP_HAS_SUBSCRIBE.
   */
  uint32_t mailbox;
  /**
   * New messages in it; 1, where some wait and the server gave no numbers.
   * microsip_account_mailbox_get has them by class.
   */
  uint32_t new_messages;
  /**
   * The time until which its server keeps its presence unless it is refreshed; UINT64_MAX: the
   * server has none.
   */
  uint64_t publication_us;
  /** The time at which a publication that failed is tried again; UINT64_MAX: not by itself. */
  uint64_t publication_retry_us;
  /** The last SIP status of its publication. */
  uint32_t publication_code;
  /**
   * The result of its failure. MICROSIP_TXT_REASON of the account, with index 1, has the words of a
   * refusal.
   */
  int32_t publication_result;
} microsip_account_info;
/** @} */

/** @name Calls
 * @{ */
/** Call states: outgoing, no response yet. */
#define MICROSIP_CALLING 1
/** Call states: incoming, not answered. */
#define MICROSIP_INCOMING 2
/** Call states: progress. */
#define MICROSIP_EARLY 3
/** Call states: answered. */
#define MICROSIP_CONNECTED 4
/** Call states: over. */
#define MICROSIP_ENDED 5
/** Ended by the application. */
#define MICROSIP_BY_APPLICATION 1
/** Ended by the far end, or by a proxy on the way to it. */
#define MICROSIP_BY_REMOTE 2
/** Ended by a rule for incoming calls. */
#define MICROSIP_BY_RULE 3
/** Ended by the library: a timer, a limit or a failure. */
#define MICROSIP_BY_LIBRARY 4
/** A cause of the end of a call: hung up after an answer. */
#define MICROSIP_CAUSE_NORMAL 1
/** A cause of the end of a call: 486, 600. */
#define MICROSIP_CAUSE_BUSY 2
/** A cause of the end of a call: 603, 403 and other refusals by a person or a policy. */
#define MICROSIP_CAUSE_DECLINED 3
/** A cause of the end of a call: 408, 480, or the time of ringing was over. */
#define MICROSIP_CAUSE_NO_ANSWER 4
/**
 * A cause of the end of a call: given up before an answer. By MICROSIP_BY_REMOTE, it is a missed
 * call.
 */
#define MICROSIP_CAUSE_CANCELLED 5
/** A cause of the end of a call: answered at another phone (RFC 3326). */
#define MICROSIP_CAUSE_ELSEWHERE 6
/** A cause of the end of a call: by a 3xx that was sent, or not followed. */
#define MICROSIP_CAUSE_REDIRECTED 7
/** A cause of the end of a call: by a transfer. */
#define MICROSIP_CAUSE_TRANSFERRED 8
/** A cause of the end of a call: another call took its place (RFC 3891). */
#define MICROSIP_CAUSE_REPLACED 9
/** A cause of the end of a call: 404, 410, 484, 604. */
#define MICROSIP_CAUSE_NOT_FOUND 10
/** A cause of the end of a call: no common codec, or an SDP that cannot be used. */
#define MICROSIP_CAUSE_MEDIA 11
/** A cause of the end of a call: no media came for too long. */
#define MICROSIP_CAUSE_MEDIA_LOST 12
/** A cause of the end of a call: the session timer, or a limit of duration. */
#define MICROSIP_CAUSE_EXPIRED 13
/** A cause of the end of a call: unreachable, an unknown name, no response. */
#define MICROSIP_CAUSE_NETWORK 14
/** A cause of the end of a call: credentials. */
#define MICROSIP_CAUSE_AUTH 15
/**
 * A cause of the end of a call: 5xx, or an error of the protocol; of both but what
 * MICROSIP_CAUSE_UNSUPPORTED has.
 */
#define MICROSIP_CAUSE_SERVER 16
/** A cause of the end of a call: a limit of this phone. */
#define MICROSIP_CAUSE_FULL 17
/** A cause of the end of a call: the phone was shut down. */
#define MICROSIP_CAUSE_SHUTDOWN 18
/**
 * A cause of the end of a call: it gave way to a call for help in an emergency, for which no slot
 * was left.
 */
#define MICROSIP_CAUSE_EMERGENCY 19
/**
 * A cause of the end of a call, or of a command: the far end does not do what was asked of it, a
 * method, a type, an extension or a version: 405, 406, 416, 420, 421, 489, 501, 505.
 */
#define MICROSIP_CAUSE_UNSUPPORTED 20
/**
 * The ring that an incoming call asks for by its Alert-Info (RFC 7462), brought by the account's
 * own server: a number in these bits, 1 to 8 for a rhythm of its own, 0 for the usual ring; and a
 * set of MICROSIP_ALERT_*.
 */
#define MICROSIP_ALERT_RING 15
/** An alert, a set: the caller belongs to the same exchange. */
#define MICROSIP_ALERT_INTERNAL 16
/** An alert, a set: the caller is outside. */
#define MICROSIP_ALERT_EXTERNAL 32
/** An alert, a set: the caller is a friend. */
#define MICROSIP_ALERT_FRIEND 64
/** An alert, a set: the caller is of the family. */
#define MICROSIP_ALERT_FAMILY 128
/** An alert, a set: it may wait. */
#define MICROSIP_ALERT_LOW 256
/** An alert, a set: it is urgent. */
#define MICROSIP_ALERT_HIGH 512
/** An alert, a set: the ring shall be short. */
#define MICROSIP_ALERT_SHORT 1024
/** An alert, a set: the ring shall be long. */
#define MICROSIP_ALERT_LONG 2048
/** An alert, a set: the ring shall come late. */
#define MICROSIP_ALERT_DELAYED 4096
/** An alert, a set: it was forwarded. */
#define MICROSIP_ALERT_FORWARDED 8192
/** An alert, a set: it waits beside another call at the caller's server. */
#define MICROSIP_ALERT_WAITING 16384
/** An alert, a set: a call back that was asked for. */
#define MICROSIP_ALERT_CALLBACK 32768
/** An alert, a set: a call that was on hold for too long. */
#define MICROSIP_ALERT_HELD 65536
/** An alert, a set: a transfer that failed. */
#define MICROSIP_ALERT_TRANSFERRED 131072
/** We may send. */
#define MICROSIP_MEDIA_SENDING 1
/** The far end may send. */
#define MICROSIP_MEDIA_RECEIVING 2
/** The far end put us on hold. */
#define MICROSIP_MEDIA_HELD 4
/** We put the far end on hold. */
#define MICROSIP_MEDIA_HOLDING 8
/** A direction of media: both ways. */
#define MICROSIP_SENDRECV 1
/** A direction of media: we send only. */
#define MICROSIP_SENDONLY 2
/** A direction of media: we receive only. */
#define MICROSIP_RECVONLY 3
/** A direction of media: neither. */
#define MICROSIP_INACTIVE 4

/**
 * Options for dialling, answering, rejecting, hanging up and transferring. Members that do not
 * apply must be 0.
 */
typedef struct microsip_options {
  /** sizeof(microsip_options). */
  uint32_t size;
  /** dial, answer: MICROSIP_SRC_*, the source of the sound that the far end hears. */
  uint32_t source;
  /** dial, answer: the application's own number; 0: as it is. */
  uint64_t tag;
  /** dial: shown to the far end; NULL: the account's. */
  const char *display_name;
  /**
   * Extra header lines, "Name: value\r\n" each; NULL: none. dial: of its INVITE; answer: of this
   * response; reject; hangup: of the BYE, the CANCEL, or the 486 of a call that is not answered;
   * transfer: of the REFER. But for dial and transfer, with MICROSIP_HAS_IDENTITY.
   */
  const char *headers;
  /**
   * dial, answer: the codecs of this call in order, as in microsip_config.codecs; of an answer the
   * caller's order decides which is used first. NULL: the account's.
   */
  const char *codecs;
  /**
   * dial: From, a URI with or without a name; one without takes display_name. NULL: the account's,
   * with display_name. With MICROSIP_HAS_IDENTITY, as the next two.
   */
  const char *caller;
  /** dial: see `identity` of microsip_account; NULL: the account's. */
  const char *identity;
  /**
   * reject: the phrase behind the status, at most 50 bytes; hangup: the text of a Reason header
   * (RFC 3326), or all of its value, as in SIP;cause=200;text="Call completed elsewhere". NULL:
   * none. With MICROSIP_HAS_IDENTITY, as contacts.
   */
  const char *reason;
  /** dial: MICROSIP_PRIVACY_*; 0: the account's. */
  uint32_t privacy;
  /**
   * dial, answer: MICROSIP_DTMF_*, the method of the call's digits; 0: the account's. With
   * MICROSIP_HAS_INFO.
   */
  uint32_t dtmf;
  /**
   * dial, answer: MICROSIP_RELIABLE_*; of an answer for its responses (180, 183) from this one on;
   * 0: the account's.
   */
  uint32_t reliable;
  /**
   * dial: a set of MICROSIP_LOCATION_*, for location or that of the account; 0: servers may read
   * that of a call for help, which goes wherever the call goes, and no other.
   */
  uint32_t location_use;
  /**
   * reject with 300 to 399: where the caller is sent, the most wanted first, as 200,
   * `sip:a@example.com`; NULL: nowhere.
   */
  const char *contacts;
  /**
   * dial: where the caller is, as a PIDF-LO document (XML: RFC 4119, RFC 5491) of at most 4096
   * bytes; of an engine `location_bytes` of its config. It goes in the INVITE beside the session
   * description, and a Geolocation header (RFC 6442) names it; the library does not look into it.
   * The whole INVITE has at most `max_message` bytes, so with 4096 the document has about 2300,
   * less what the header lines of the call and its account take: with more the call is
   * MICROSIP_E_TEXT, and microsip_last_error says how many would do. A call for help goes all the
   * same, without the document (MICROSIP_EV_LOCATION). NULL: the account's; "": none, whatever the
   * account has. With MICROSIP_HAS_IDENTITY.
   */
  const char *location;
  /**
   * dial, answer: MICROSIP_TIMER_*, its session timer (RFC 4028); 0: the account's. With
   * MICROSIP_HAS_TIMERS, as the next three.
   */
  uint32_t session_timer;
  /**
   * dial, answer: seconds for which the session lasts without a refresh (Session-Expires), at least
   * 90; an answer only shortens what the caller asked for. 0: the account's.
   */
  uint32_t session_expires;
  /**
   * dial: the shortest such time that is taken of others (Min-SE), at least 90; 0: the account's.
   */
  uint32_t min_se;
  /**
   * dial, answer: MICROSIP_REFRESHER_*, the side that refreshes, where the far end leaves it open;
   * 0: the account's.
   */
  uint32_t session_refresher;
  /**
   * dial, answer: the length of a digit, in milliseconds: see `dtmf_ms` of microsip_config; 0: the
   * account's. With MICROSIP_HAS_INFO, as dtmf_gap_ms and dtmf_level_db.
   */
  uint32_t dtmf_ms;
  /**
   * dial, answer: the silence behind a digit, in milliseconds: see `dtmf_gap_ms` of
   * microsip_config; 0: the account's.
   */
  uint32_t dtmf_gap_ms;
  /**
   * dial, answer: the power of a digit, in dB below 0 dBm0: see `dtmf_level_db` of microsip_config;
   * 0: the account's.
   */
  uint32_t dtmf_level_db;
  /**
   * transfer: a switch, default off: no progress is asked for (RFC 4488). Where the far end agrees,
   * its acceptance is the end of the transfer, and both calls end with it.
   */
  uint32_t no_progress;
  /**
   * dial: the REFER that the call is made for (MICROSIP_EV_REFER): it gets 200, and its sender is
   * told how the call goes. A uri of NULL is the REFER's own; the account is its account, or 0. The
   * call takes the place that the REFER names. 0: none. With MICROSIP_HAS_REFER, as the next two.
   */
  microsip_id refer;
  /**
   * dial: a call of ours, which is up, in whose place the far end shall take the new one (RFC
   * 3891); the far end ends the old one, or refuses. A uri of NULL is that far end itself, by the
   * account of that call. 0: none.
   */
  microsip_id replaces;
  /**
   * dial: the call that the new one shall take the place of, as MICROSIP_TXT_REPLACES has it:
   * "call-id;to-tag=x;from-tag=y", the tags as the one who is called knows them. One that rings at
   * a phone which is watched is picked up by a call to MICROSIP_TXT_ENTRY_URI of the same entry.
   * That text is the far end's: look at it first where a call may cost, or go to any host; a number
   * for help is MICROSIP_E_BLOCKED. The far end refuses the call if it cannot. NULL: none.
   */
  const char *pickup;
  /**
   * dial: see `info_packages` of microsip_config; NULL: the account's. With MICROSIP_HAS_INFO and
   * MICROSIP_HAS_MESSAGE.
   */
  const char *info_packages;
} microsip_options;

/** Media that a call is offered anew, for microsip_reoffer. */
typedef struct microsip_media {
  /** sizeof(microsip_media). */
  uint32_t size;
  /** MICROSIP_SENDRECV ..., a hold of ours apart; 0: as it is. */
  uint32_t direction;
  /**
   * A switch: this offer, and later ones of the call, leave as UPDATEs (RFC 3311) instead of
   * re-INVITEs; 0: as before. A far end that does not know UPDATE gets re-INVITEs again.
   */
  uint32_t update;
  /** 0. */
  uint32_t reserved;
  /**
   * The codecs that are offered, in order, as in microsip_config.codecs, and no others; our answers
   * to later offers have them too. NULL: as they are.
   */
  const char *codecs;
} microsip_media;

/** A call, in numbers. Times that have not come are UINT64_MAX. */
typedef struct microsip_call_info {
  /** sizeof(microsip_call_info). */
  uint32_t size;
  /** Call state. */
  uint32_t state;
  /** Its account, or 0. */
  microsip_id account;
  /** Its id. */
  microsip_id call;
  /** The application's own number. */
  uint64_t tag;
  /** The time of its beginning. */
  uint64_t started_us;
  /** The time of its first progress (18x). */
  uint64_t ringing_us;
  /** The time of its answer. */
  uint64_t connected_us;
  /** The time of its end. */
  uint64_t ended_us;
  /** 1: it came in. */
  uint32_t incoming;
  /** The last SIP status. */
  uint32_t sip_code;
  /** The result of its end. */
  int32_t result;
  /** MICROSIP_SRC_*. */
  uint32_t source;
  /** 1: the microphone is off. */
  uint32_t muted;
  /** A set of MICROSIP_MEDIA_*; 0: no media runs. */
  uint32_t media;
  /** Volume of our sound, in percent. */
  uint32_t volume_in;
  /** Volume of the peer's sound, in percent. */
  uint32_t volume_out;
  /** MICROSIP_CAUSE_*, once it has ended. */
  uint32_t cause;
  /** MICROSIP_BY_*, once it has ended. */
  uint32_t ended_by;
  /** The conference that it is in; 0: none. */
  microsip_id conference;
  /** MICROSIP_RULE_*, of a call that a rule ended. */
  uint32_t rule;
  /** MICROSIP_TRANSFER_*, of its transfer, or of the last one; 0: there was none. */
  uint32_t transfer;
  /**
   * The time at which its session runs out, unless it is refreshed (RFC 4028); UINT64_MAX: no
   * session timer runs.
   */
  uint64_t session_expires_us;
  /** Seconds for which its session lasts without a refresh; 0: no session timer runs. */
  uint32_t session_expires;
  /** MICROSIP_REFRESHER_US or MICROSIP_REFRESHER_THEM; 0: no session timer runs. */
  uint32_t session_refresher;
  /** The ring that it asks for: MICROSIP_ALERT_*. 0 without MICROSIP_HAS_TONES. */
  uint32_t alert;
  /**
   * The music for its far end on hold: MICROSIP_MUSIC_SOURCE, _NONE, or _PCM, which is that of a
   * file too.
   */
  uint32_t music;
  /**
   * The call of ours that it takes the place of, or is to take once it is answered (RFC 3891); it
   * may be gone. 0: none. With MICROSIP_HAS_REFER, as the next one.
   */
  microsip_id replaces;
  /** The REFER that it was dialled for, which may be gone; 0: none. */
  microsip_id refer;
} microsip_call_info;

/** The statistics of a call's media. */
typedef struct microsip_stats {
  /** sizeof(microsip_stats). */
  uint32_t size;
  /** 1: the peer's media address is confirmed. */
  uint32_t confirmed;
  /** RTP packets sent. */
  uint64_t sent;
  /** RTP packets received. */
  uint64_t received;
  /** Packets that never came. */
  uint64_t lost;
  /** Packets that came too late. */
  uint64_t late;
  /** Packets that came twice. */
  uint64_t duplicate;
  /** Packets that came out of order. */
  uint64_t reordered;
  /** Sound invented for packets that did not come, in milliseconds. */
  uint64_t concealed_ms;
  /** Microseconds since the peer's last packet or report; UINT64_MAX: none came. */
  uint64_t silent_us;
  /** Interarrival jitter. */
  uint32_t jitter_us;
  /** Round trip by the peer's reports; 0 while unknown. */
  uint32_t rtt_us;
  /** Peak of the last 100 ms that we sent, 0 to 32767. */
  uint32_t level_in;
  /** Peak of the last 100 ms that we heard, 0 to 32767. */
  uint32_t level_out;
  /** Samples that microsip_pcm_write was late with; silence was sent. */
  uint32_t pcm_underrun;
  /** Samples that microsip_pcm_read was late for; the oldest were dropped. */
  uint32_t pcm_overrun;
  /** Packets of ours that the peer lost, by its reports. */
  uint32_t remote_lost;
  /** The jitter that the peer sees. */
  uint32_t remote_jitter_us;
  /** Share of our packets that the peer lost lately, in 256ths. */
  uint32_t remote_lost_256;
  /** Sound waiting in the jitter ring, in milliseconds. */
  uint32_t playout_ms;
  /** Packets from addresses that are not the peer's. */
  uint32_t strangers;
  /** Bytes that were no RTP or RTCP. */
  uint32_t malformed;
  /**
   * Mean opinion score of all that was heard, by the E-model (ITU-T G.107) from losses, their
   * bursts, delay and codec; in hundredths, 100 to 450 (441 is a perfect G.711); 0: unknown, as in
   * a library without MICROSIP_HAS_QUALITY. Packets that came too late are losses too. A wideband
   * codec gets no more than G.711.
   */
  uint32_t mos_x100;
  /** The same of the last eight seconds or so. */
  uint32_t mos_lately_x100;
  /** The same of what the peer hears, by its last report. */
  uint32_t remote_mos_x100;
  /**
   * The delay one way that they are reckoned with: packet time, half of the round trip, playout.
   * Milliseconds.
   */
  uint32_t delay_ms;
} microsip_stats;
/** @} */

/** @name Messages
 * @{ */
/** State of a message: it came, and its sender waits for microsip_message_answer. */
#define MICROSIP_UNREAD 1
/**
 * State of a message: it came, and its sender was told that it is kept (202, of an INFO 200): it
 * stays until microsip_id_release.
 */
#define MICROSIP_KEPT 2
/** State of a message: one of ours, behind another one to the same far end. */
#define MICROSIP_QUEUED 3
/** State of a message: one of ours, on its way. */
#define MICROSIP_SENDING 4
/**
 * State of a message: it was answered, or has its final response, or failed. Its slot is taken when
 * it is needed.
 */
#define MICROSIP_OVER 5
/**
 * Messages that come: microsip_message_answer answers them; one that is not answered within 5
 * seconds is refused (480, an INFO with 500).
 */
#define MICROSIP_MESSAGES_ASK 1
/**
 * Messages that come: they are accepted (202) as soon as they have a slot, and keep that until
 * microsip_id_release. With every slot taken they are refused (480).
 */
#define MICROSIP_MESSAGES_STORE 2
/** Messages that come: they are refused (403). An INFO of a package that was asked for is not. */
#define MICROSIP_MESSAGES_REFUSE 3
/**
 * States of MICROSIP_EV_COMPOSING, and of microsip_message_composing: a message is being written.
 */
#define MICROSIP_COMPOSING_ACTIVE 1
/** States of MICROSIP_EV_COMPOSING, and of microsip_message_composing: none is. */
#define MICROSIP_COMPOSING_IDLE 2
/** Notices that are wanted of a message, a set: that it was delivered, or was not. */
#define MICROSIP_WANT_DELIVERY 1
/** Notices that are wanted of a message, a set: that its recipient has seen it. */
#define MICROSIP_WANT_DISPLAY 2
/** The fate of a message: it came to its recipient's phone. */
#define MICROSIP_NOTICE_DELIVERED 1
/** The fate of a message: its recipient has seen it. */
#define MICROSIP_NOTICE_DISPLAYED 2
/** The fate of a message: it did not come. */
#define MICROSIP_NOTICE_FAILED 3
/**
 * The fate of a message: a server on the way has worked on it, or keeps it until its recipient is
 * there.
 */
#define MICROSIP_NOTICE_PROCESSED 4
/** The fate of a message: its recipient does not tell. */
#define MICROSIP_NOTICE_FORBIDDEN 5
/** The fate of a message: that is not known. */
#define MICROSIP_NOTICE_ERROR 6
/** Notices that leave by themselves: none; microsip_message_notice sends them. */
#define MICROSIP_NOTICES_NEVER 1
/**
 * Notices that leave by themselves: that a message was delivered, once it was accepted (2xx), to
 * callers of the account that ask for it. That it was displayed only microsip_message_notice tells.
 */
#define MICROSIP_NOTICES_DELIVERY 2

/** A message to send. */
typedef struct microsip_message {
  /** sizeof(microsip_message). */
  uint32_t size;
  /** Bytes of body. */
  uint32_t len;
  /** The application's own number, which its events carry. */
  uint64_t tag;
  /**
   * The target as microsip_dial takes it, but without digits behind a number; NULL: the far end of
   * the call that is the owner.
   */
  const char *uri;
  /** The type of the body, at most 127 bytes; NULL: text/plain;charset=UTF-8. */
  const char *content_type;
  /**
   * The body, of len bytes; NULL with 0: none. At most 60000, and with its headers no more than
   * max_message.
   */
  const void *body;
  /** Further header lines, "Name: value\r\n" each; NULL: none. */
  const char *headers;
  /**
   * In a call: it is an INFO (RFC 6086) of this package, with its parameters or without, as
   * "foo;level=3". The far end has to take it (MICROSIP_TXT_PACKAGE of the call), else it is
   * MICROSIP_E_STATE. "*": an INFO without a package, which the far end may know or refuse. It
   * waits for its turn as a message does. NULL: it is a MESSAGE. With MICROSIP_HAS_INFO.
   */
  const char *package;
  /** NULL. */
  const char *reserved;
  /**
   * MICROSIP_WANT_*, the notices that are wanted of it (MICROSIP_EV_DELIVERY): it goes in an
   * envelope (RFC 3862), which not every far end can open. 0: none. With MICROSIP_HAS_IMDN.
   */
  uint32_t notices;
  /** 0. */
  uint32_t reserved_notices;
} microsip_message;

/** A message, in numbers. */
typedef struct microsip_message_info {
  /** sizeof(microsip_message_info). */
  uint32_t size;
  /** MICROSIP_UNREAD to MICROSIP_OVER. */
  uint32_t state;
  /** The message. */
  microsip_id message;
  /** Its account; 0: it is direct. */
  microsip_id account;
  /** The call in whose dialog it is; 0: none. */
  microsip_id call;
  /** The application's own number. */
  uint64_t tag;
  /** The time of its arrival, or of its command: microseconds as in events. */
  uint64_t began_us;
  /** 1: it came in. */
  uint32_t incoming;
  /** Bytes of its body: microsip_body_get. */
  uint32_t len;
  /** The final status; 0: there is none. */
  uint32_t sip_code;
  /** The result of its end. */
  int32_t result;
  /**
   * 1: it is a REFER, which microsip_dial with `refer` of microsip_options follows. With
   * MICROSIP_HAS_REFER.
   */
  uint32_t refer;
  /** 1: it is an INFO of its call: MICROSIP_TXT_PACKAGE is its package. With MICROSIP_HAS_INFO. */
  uint32_t info;
  /**
   * 1: it says that another message is being written: MICROSIP_EV_COMPOSING tells its state. With
   * MICROSIP_HAS_IMDN, as the next two.
   */
  uint32_t composing;
  /** MICROSIP_WANT_*, the notices that its writer asks for. */
  uint32_t notices;
  /**
   * The notices of it that were told, a bit (1 << MICROSIP_NOTICE_*) each: of one of ours to us, of
   * one that came by us.
   */
  uint32_t noticed;
  /** 0. */
  uint32_t reserved;
} microsip_message_info;
/** @} */

/** @name Subscriptions
 * @{ */
/** Packages: whether a party can be reached, and what it does (RFC 3856, RFC 3863). */
#define MICROSIP_PRESENCE 1
/** Packages: the calls of a party (RFC 4235): the lamp of a busy line. */
#define MICROSIP_DIALOG 2
/** Packages: the messages that wait in a mailbox (RFC 3842). */
#define MICROSIP_MESSAGE_SUMMARY 3
/** Packages: another one, by its name; microsip_body_get has its bodies. */
#define MICROSIP_OTHER 4
/**
 * State of a subscription: it was asked for, or waits for somebody's consent, which is an event.
 */
#define MICROSIP_SUB_PENDING 1
/** State of a subscription: each change is told. */
#define MICROSIP_SUB_ACTIVE 2
/** State of a subscription: it failed, or ended for a time, and is tried again by itself. */
#define MICROSIP_SUB_RETRYING 3
/**
 * State of a subscription: it has ended. It can be read until microsip_id_release; until then one
 * that ended for its account's credentials is MICROSIP_SUB_RETRYING, and asked for at once, when
 * microsip_account_update changes these.
 */
#define MICROSIP_SUB_ENDED 4
/** Lamps: nothing is known. */
#define MICROSIP_LAMP_UNKNOWN 0
/** Lamps: the party cannot be reached; nothing new waits in the mailbox. */
#define MICROSIP_LAMP_CLOSED 1
/** Lamps: the party can be reached; something new waits in the mailbox. */
#define MICROSIP_LAMP_OPEN 2
/** Lamps: no call. */
#define MICROSIP_LAMP_IDLE 3
/** Lamps: it calls somebody. */
#define MICROSIP_LAMP_TRYING 4
/** Lamps: it rings. */
#define MICROSIP_LAMP_RINGING 5
/** Lamps: it talks. */
#define MICROSIP_LAMP_BUSY 6
/** Lamps: it holds the other. */
#define MICROSIP_LAMP_HELD 7
/** Activities of presence (RFC 4480): away from the phone. */
#define MICROSIP_ACTIVITY_AWAY 1
/** Activities of presence: busy, and not by a call. */
#define MICROSIP_ACTIVITY_BUSY 2
/** Activities of presence: in a call. */
#define MICROSIP_ACTIVITY_PHONE 3
/** Activities of presence: something else. */
#define MICROSIP_ACTIVITY_OTHER 4
/** Kinds of entries, in a list: a party, with all that its lamp says. */
#define MICROSIP_RESOURCE_PARTY 1
/**
 * Kinds of entries, in a list: another list; the resources behind it, up to the next entry of the
 * outer list, are its own. One that lies deeper is not read.
 */
#define MICROSIP_RESOURCE_LIST 2

/**
 * One tuple, call or class of messages that a subscription was told of, or one class of an
 * account's mailbox; of a list one of its parties, or one of the calls or classes of messages of
 * that.
 */
typedef struct microsip_entry {
  /** sizeof(microsip_entry). */
  uint32_t size;
  /** MICROSIP_LAMP_*. */
  uint32_t lamp;
  /** MICROSIP_PRESENCE: MICROSIP_ACTIVITY_*, or 0. */
  uint32_t activity;
  /** MICROSIP_DIALOG: 1: the watched party was called. */
  uint32_t called;
  /** MICROSIP_MESSAGE_SUMMARY: 1 voice, 2 fax, 3 pager, 4 multimedia, 5 text, 6 none of these. */
  uint32_t message_class;
  /** MICROSIP_MESSAGE_SUMMARY: new messages of that class; of a party in a list all of its. */
  uint32_t new_messages;
  /** The old ones. */
  uint32_t old_messages;
  /** The urgent ones of the new. */
  uint32_t new_urgent;
  /** The urgent ones of the old. */
  uint32_t old_urgent;
  /**
   * Of a list: MICROSIP_RESOURCE_PARTY or _LIST. 0: it is of the nearest party before it, or there
   * is no list.
   */
  uint32_t resource;
} microsip_entry;

/**
 * A state to watch. Where its uri names a list of parties (RFC 4662), which no address shows, one
 * subscription watches them all: `list` of its info is 1, and its entries are the parties,
 * MICROSIP_RESOURCE_PARTY each, followed by its calls or its classes of messages, which have no
 * kind. A party is named by MICROSIP_TXT_ENTRY_RESOURCE, keeps its place among the others, and has
 * a lamp of its own: MICROSIP_LAMP_UNKNOWN where nothing is known of it, for
 * MICROSIP_TXT_ENTRY_REASON. With MICROSIP_HAS_LISTS; of MICROSIP_OTHER the application reads the
 * bodies, and says so by "application/rlmi+xml" in accept.
 */
typedef struct microsip_subscription {
  /** sizeof(microsip_subscription). */
  uint32_t size;
  /** MICROSIP_PRESENCE to MICROSIP_OTHER. */
  uint32_t package;
  /** Seconds; 0: 3600; 1 to 9: 10. It is refreshed until it is removed, each day at least. */
  uint32_t expires;
  /** A switch, default off: the state is fetched once, and the subscription ends with it. */
  uint32_t once;
  /** The application's own number, which its events carry. */
  uint64_t tag;
  /** The target as microsip_dial takes it, but without digits behind a number. */
  const char *uri;
  /** MICROSIP_OTHER: the package's name, "x" or "x;id=3"; else NULL. */
  const char *event;
  /**
   * MICROSIP_OTHER: the types of its bodies, "application/xml, text/plain"; NULL: none are named.
   * Else NULL.
   */
  const char *accept;
  /** Further header lines, "Name: value\r\n" each; NULL: none. */
  const char *headers;
} microsip_subscription;

/** A subscription, in numbers. */
typedef struct microsip_subscription_info {
  /** sizeof(microsip_subscription_info). */
  uint32_t size;
  /** MICROSIP_PRESENCE to MICROSIP_OTHER. */
  uint32_t package;
  /** The subscription. */
  microsip_id subscription;
  /** Its account; 0: it is direct. */
  microsip_id account;
  /** The application's own number. */
  uint64_t tag;
  /** The end of the time that was granted: microseconds as in events; UINT64_MAX: there is none. */
  uint64_t expires_us;
  /** The time of the last notification; UINT64_MAX: none came. */
  uint64_t notified_us;
  /** MICROSIP_SUB_PENDING to MICROSIP_SUB_ENDED. */
  uint32_t state;
  /** MICROSIP_LAMP_*; of a list the brightest of its parties': the largest number. */
  uint32_t lamp;
  /**
   * MICROSIP_MESSAGE_SUMMARY: new messages; MICROSIP_DIALOG: calls; of a list those of all its
   * parties. MICROSIP_PRESENCE: MICROSIP_ACTIVITY_*, or 0, and 0 of a list.
   */
  uint32_t value;
  /** Entries for microsip_subscription_entry_get. */
  uint32_t entries;
  /**
   * Entries that found no room, or were more than 128. After a document of changes alone it may be
   * a little too small.
   */
  uint32_t left_out;
  /** The last status; 0: there was none. */
  uint32_t sip_code;
  /** The result of its end, or of its last failure. */
  int32_t result;
  /** MICROSIP_CAUSE_*, the same in a word. */
  uint32_t cause;
  /**
   * The time at which one that failed, or that its far end has ended, is asked again: microseconds
   * as in events; UINT64_MAX: not by itself, or that is under way.
   */
  uint64_t retry_us;
  /** 1: it watches a list. */
  uint32_t list;
  /**
   * The status that refused the last notification, for nothing of its document can be read: 400, it
   * is broken; 415, it is none of the package's types. 0: it was taken. What was told before stays.
   */
  uint32_t unread;
} microsip_subscription_info;

/** A watcher: one who watches us, in numbers. */
typedef struct microsip_watcher_info {
  /** sizeof(microsip_watcher_info). */
  uint32_t size;
  /** MICROSIP_PRESENCE, MICROSIP_DIALOG or MICROSIP_MESSAGE_SUMMARY: what it watches. */
  uint32_t package;
  /** The watcher. */
  microsip_id watcher;
  /** The account that it watches; 0: it came directly. */
  microsip_id account;
  /** The application's own number. */
  uint64_t tag;
  /** The end of the time that it was granted: microseconds as in events. */
  uint64_t expires_us;
  /** MICROSIP_SUB_PENDING, MICROSIP_SUB_ACTIVE or MICROSIP_SUB_ENDED. */
  uint32_t state;
  /** The last final status with which it answered a notification; 0: there was none. */
  uint32_t sip_code;
  /** The result of its end. */
  int32_t result;
  /** MICROSIP_CAUSE_*, the same in a word; 0 with MICROSIP_OK. */
  uint32_t cause;
} microsip_watcher_info;
/** @} */

/** @name Transfers, and calls that take another's place
 * @{ */
/**
 * A policy for REFER, by which somebody has us call another party, and for an INVITE that is to
 * take the place of a call of ours: the application decides. A REFER waits for five seconds; an
 * INVITE rings, and `replaces` of its microsip_call_info names the call.
 */
#define MICROSIP_POLICY_ASK 1
/**
 * A policy: it is followed at once. A REFER's call is dialled with the sound of the call in which
 * it came: one at a time in each dialog (491); in direct calls within direct_reserve and
 * direct_per_source (480); of numbers at the account's own hosts those that its dial plan has,
 * without its prefix, and never one for help (603), by a redirection neither. An INVITE is
 * answered, whatever the rules for incoming calls say, and has the sound and the conference of the
 * call that it replaces.
 */
#define MICROSIP_POLICY_FOLLOW 2
/** A policy: it is refused (603). A REFER is told, by MICROSIP_EV_REFER. */
#define MICROSIP_POLICY_REFUSE 3
/**
 * State of a transfer: it waits for the other call's answer, or the far end was asked, or has
 * accepted and not called yet.
 */
#define MICROSIP_TRANSFER_PENDING 1
/** State of a transfer: the far end calls the new party. */
#define MICROSIP_TRANSFER_TRYING 2
/** State of a transfer: the new party rings. */
#define MICROSIP_TRANSFER_RINGING 3
/** State of a transfer: they talk. Our calls with both end (MICROSIP_CAUSE_TRANSFERRED). */
#define MICROSIP_TRANSFER_DONE 4
/** State of a transfer: they do not. Our calls are as they were. */
#define MICROSIP_TRANSFER_FAILED 5
/** @} */

/** @name Conferences
 * @{ */

/**
 * The part that a call, or MICROSIP_SELF, takes in a conference. Switches; level and talking are
 * read only.
 */
typedef struct microsip_member {
  /** sizeof(microsip_member). */
  uint32_t size;
  /** Switch: the others do not hear it. */
  uint32_t silent;
  /** Switch: it does not hear the others. */
  uint32_t deaf;
  /** Its loudness for the others in percent, 1 to 400; 0: as it is. */
  uint32_t gain_percent;
  /** The peak of its sound in the last 100 ms, 0 to 32767, silent or not. */
  uint32_t level;
  /** 1: it talks. */
  uint32_t talking;
} microsip_member;
/** @} */

/** @name Sound
 * @{ */
/** Playing: instead of the sound that plays. */
#define MICROSIP_PLAY_NOW 0
/**
 * Playing: not at all; only check whether it could be played. A pipe is left alone, for it can be
 * read only once.
 */
#define MICROSIP_PLAY_CHECK 2
/** Sources of the sound that the peer hears: the microphone. */
#define MICROSIP_SRC_DEVICE 0
/** Sources: the application's PCM. */
#define MICROSIP_SRC_PCM 1
/** Sources: the peer itself, as an echo. */
#define MICROSIP_SRC_ECHO 2
/** Sources: silence. */
#define MICROSIP_SRC_SILENCE 3
/**
 * Music for a far end on hold: none of its own, the call's source goes on; of a microphone it hears
 * nothing.
 */
#define MICROSIP_MUSIC_SOURCE 0
/** Music on hold: nothing is heard. */
#define MICROSIP_MUSIC_NONE 1
/**
 * Music on hold: the application's PCM, by microsip_pcm_write, or of an engine by
 * microsip_engine_audio.
 */
#define MICROSIP_MUSIC_PCM 2
/**
 * Music on hold: a WAV file, over and over, from its beginning for each hold. An engine has no
 * files.
 */
#define MICROSIP_MUSIC_FILE 3
/**
 * Methods of digits: RFC 4733 events where the far end takes them; else what the account's member
 * dtmf says, if that names INFO; else tones.
 */
#define MICROSIP_DTMF_AUTO 1
/** Methods of digits: RFC 4733 events. With MICROSIP_HAS_INFO, as those behind it. */
#define MICROSIP_DTMF_RTP 2
/** Methods of digits: SIP INFO, application/dtmf-relay. */
#define MICROSIP_DTMF_INFO 3
/** Methods of digits: SIP INFO, application/dtmf. */
#define MICROSIP_DTMF_INFO_PLAIN 4
/** Methods of digits: tones in the voice. */
#define MICROSIP_DTMF_INBAND 5
/**
 * Methods of digits: RFC 4733 events where the far end takes them, else SIP INFO,
 * application/dtmf-relay.
 */
#define MICROSIP_DTMF_AUTO_INFO 6
/** The microphone's side. */
#define MICROSIP_DEV_INPUT 1
/** The loudspeaker's side. */
#define MICROSIP_DEV_OUTPUT 2
/**
 * The ring device's side: a loudspeaker of its own for the ring. Of MICROSIP_SELF in
 * microsip_volume_set.
 */
#define MICROSIP_DEV_RING 3
/** Added to one of them for microsip_device_scan: also names that are no device of their own. */
#define MICROSIP_DEV_ALL 256
/** Recordings: both sides mixed, one channel. */
#define MICROSIP_SIDES_MIXED 0
/** Recordings: our sound left, the peer's right. */
#define MICROSIP_SIDES_STEREO 1
/** Recordings: our sound. */
#define MICROSIP_SIDES_SAID 2
/** Recordings: the peer's sound. */
#define MICROSIP_SIDES_HEARD 3
/**
 * Tones that a phone plays by itself, a set: ringback, while a far end rings and sends no media.
 */
#define MICROSIP_TONES_RINGBACK 1
/** Tones, a set: busy or congestion, after a far end has refused. */
#define MICROSIP_TONES_REFUSAL 2
/** Tones, a set: call waiting, into a call while another comes in. */
#define MICROSIP_TONES_WAITING 4
/** Tones, a set: the ring, on the ring device, while a call comes in and none is up. */
#define MICROSIP_TONES_RING 8
/** Tones of a country, for microsip_tone_start: dial tone. */
#define MICROSIP_TONE_DIAL 1
/** Tones: the far end rings. */
#define MICROSIP_TONE_RINGBACK 2
/** Tones: the far end is busy. */
#define MICROSIP_TONE_BUSY 3
/** Tones: there is no way to the far end. */
#define MICROSIP_TONE_CONGESTION 4
/** Tones: another call waits. */
#define MICROSIP_TONE_WAITING 5
/** Tones: the ring, on the ring device. */
#define MICROSIP_TONE_RING 6
/** Tones: two short beeps that confirm, once. */
#define MICROSIP_TONE_BEEP 7

/** Settings of the digits of one command. */
typedef struct microsip_digit_options {
  /** sizeof(microsip_digit_options). */
  uint32_t size;
  /** MICROSIP_DTMF_*, their method; 0: the call's. With MICROSIP_HAS_INFO, as the next three. */
  uint32_t dtmf;
  /**
   * The length of each, in milliseconds: see `dtmf_ms` of microsip_config; 0: the call's. Of a key
   * that is held: its length, if it is let go before its turn.
   */
  uint32_t dtmf_ms;
  /**
   * The silence behind each, in milliseconds: see `dtmf_gap_ms` of microsip_config; 0: the call's.
   */
  uint32_t dtmf_gap_ms;
  /**
   * The power of each, in dB below 0 dBm0: see `dtmf_level_db` of microsip_config; 0: the call's.
   */
  uint32_t dtmf_level_db;
  /** 0. */
  uint32_t reserved;
} microsip_digit_options;

/**
 * The tones that a phone plays by itself for the person at it. They are never sent, and media of a
 * far end beats them.
 */
typedef struct microsip_tones {
  /** sizeof(microsip_tones). */
  uint32_t size;
  /**
   * A set of MICROSIP_TONES_*; 0: as it is, MICROSIP_NONE: none. By default all; of an engine all
   * but MICROSIP_TONES_RING.
   */
  uint32_t play;
  /**
   * Milliseconds for which busy or congestion sounds, at most 60000; 0: as it is. By default 5000.
   */
  uint32_t refusal_ms;
  /** 0. */
  uint32_t reserved;
  /**
   * The country whose tones they are, by its two letters of ISO 3166: "DE"; "": those that ITU-T
   * E.180 recommends, the default. NULL: as it is. MICROSIP_TXT_COUNTRY lists those that there are.
   */
  const char *country;
  /**
   * A WAV file in place of the usual ring; "": the usual one again. NULL: as it is. Host only: see
   * microsip_engine_audio.
   */
  const char *ring_path;
} microsip_tones;

/** A sound to play. It is mixed with the call's source, which goes on. */
typedef struct microsip_sound {
  /** sizeof(microsip_sound). */
  uint32_t size;
  /** The number of times; 0: once; MICROSIP_FOREVER: until it is stopped. */
  uint32_t loops;
  /** MICROSIP_PLAY_*. */
  uint32_t mode;
  /** 0. */
  uint32_t reserved;
  /** A WAV file: 8 to 32 bits, float or G.711, any rate, any channels. */
  const char *path;
} microsip_sound;
/** @} */

/** @name Phones
 * @{ */
/** microsip_config.flags: audio devices are the null device, which has a real clock. */
#define MICROSIP_NULL_AUDIO 1
/** microsip_config.flags: no socket is opened. */
#define MICROSIP_NO_NETWORK 2
/**
 * microsip_config.flags and microsip_engine_config.flags: calls, messages and REFERs from any host
 * are let in, without an account; `messages`, for messages, and the limits `direct_reserve`,
 * `direct_per_source`, `messages_reserve` and `messages_per_source` are for them.
 */
#define MICROSIP_ALLOW_DIRECT 4
/**
 * microsip_engine_config.flags: keys are heard in the voice of a far end with which no
 * telephone-events were agreed on, which takes about 450 bytes a call beside MICROSIP_ENGINE_BYTES.
 * A phone always does it. With MICROSIP_HAS_HEAR_KEYS.
 */
#define MICROSIP_HEAR_KEYS 8
/** Log levels: errors. */
#define MICROSIP_LOG_ERROR 1
/** Log levels: warnings too. */
#define MICROSIP_LOG_WARNING 2
/** Log levels: events too. */
#define MICROSIP_LOG_INFO 3
/** Log levels: details too: look-ups, refreshes. */
#define MICROSIP_LOG_DEBUG 4
/**
 * Log levels: added to one of them, SIP messages too, without the values of their credentials and
 * without the bodies of INFO. Host only.
 */
#define MICROSIP_LOG_SIP 256

/** A line of the log, or a SIP message as it was sent or received. */
typedef struct microsip_log {
  /** sizeof(microsip_log). */
  uint32_t size;
  /** MICROSIP_LOG_*. */
  uint32_t level;
  /** The account or call that it is about, or 0. */
  microsip_id object;
  /** Its time: microseconds since the phone's creation; in the engine family by now_us. */
  uint64_t time_us;
  /** Bytes of the text, without its NUL. */
  uint32_t len;
  /** So many before this one are missing: they gave way, or were like others of the same second. */
  uint32_t missing;
  /** Of a SIP message: 1 sent, 0 received. */
  uint32_t sent;
  /** 0. */
  uint32_t reserved;
  /** Of a SIP message: the far end. */
  struct microsip_addr peer;
} microsip_log;

/** The phone, in numbers. */
typedef struct microsip_info {
  /** sizeof(microsip_info). */
  uint32_t size;
  /** Calls that there are, ended ones that were not released among them. */
  uint32_t calls;
  /** Accounts that there are. */
  uint32_t accounts;
  /**
   * The number of further calls that can begin. On a host the process's limit on descriptors counts
   * too (a call takes two; the library raises no limits); a call beyond it ends with
   * MICROSIP_E_PORT_IN_USE.
   */
  uint32_t calls_possible;
  /**
   * 1: calls have sound. An engine's microsip_engine_audio() is then due every 10 ms; else the
   * codec may be off.
   */
  uint32_t audio_wanted;
  /** 1: all calls send silence. */
  uint32_t muted;
  /** Volume of our sound, in percent, for calls to come. */
  uint32_t volume_in;
  /** Volume of the peers' sound, in percent, for calls to come. */
  uint32_t volume_out;
  /** As microsip_features(). */
  uint32_t features;
  /** Of calls: those that have ended and were not released. */
  uint32_t ended;
  /**
   * 1: the ring device is to ring. An engine's microsip_engine_audio() of MICROSIP_RING is then due
   * every 10 ms.
   */
  uint32_t ring_wanted;
  /** Volume of the ring, in percent. */
  uint32_t volume_ring;
} microsip_info;

/** Error and overload counters; they saturate. */
typedef struct microsip_counters {
  /** sizeof(microsip_counters). */
  uint32_t size;
  /** Datagrams that were no SIP, or SIP to which no response is possible. */
  uint32_t malformed;
  /** Requests of strangers. */
  uint32_t strangers;
  /** Responses that belong to no request of ours. */
  uint32_t unmatched;
  /**
   * Requests refused, messages and REFERs among them, and responses of a forked call's branches
   * that were not followed, because a pool was full or its sender had as much of it as it may.
   */
  uint32_t refused_full;
  /** Ended calls that gave way to new ones before they were released. */
  uint32_t evicted_ended;
  /** Challenges that got no credentials. */
  uint32_t refused_challenges;
  /** Media packets for ports that are not open. */
  uint32_t stray_media;
  /** Messages that did not fit their buffer. */
  uint32_t oversize;
  /** Events that gave way because they were not fetched. */
  uint32_t lost_events;
} microsip_counters;

/**
 * Takes log lines and SIP messages, on a thread of the library's own, one at a time. text: l->len
 * bytes, and a NUL behind them; both pointers are valid until it returns. l->size says which
 * members there are.
 */
typedef void (MICROSIP_CALL *microsip_log_fn)(void *user,
                                              const struct microsip_log *l,
                                              const char *text);

/** The configuration of a phone. */
typedef struct microsip_config {
  /** sizeof(microsip_config). */
  uint32_t size;
  /** Calls at once; 0: 16. */
  uint32_t max_calls;
  /** Accounts; 0: 4. */
  uint32_t max_accounts;
  /** Bytes of one SIP message; 0: 4096. */
  uint32_t max_message;
  /** Samples a second of PCM: 8000, 16000 or 48000; 0: 8000. */
  uint32_t rate;
  /** MICROSIP_NULL_AUDIO, MICROSIP_NO_NETWORK, MICROSIP_ALLOW_DIRECT. */
  uint32_t flags;
  /** First media port; 0: 4000. A call takes two: an even one for RTP, and the next for RTCP. */
  uint32_t rtp_port_min;
  /** Last media port, that of RTCP included; 0: 65535. */
  uint32_t rtp_port_max;
  /**
   * MICROSIP_LOG_*, and MICROSIP_LOG_SIP added for whole messages; 0: warnings with on_log, else no
   * log is kept.
   */
  uint32_t log_level;
  /** Milliseconds that each ring of microsip_pcm_write and microsip_pcm_read holds; 0: 200. */
  uint32_t pcm_ms;
  /** sizeof(microsip_event) that on_event was compiled with; 0: this library's. */
  uint32_t event_size;
  /**
   * A set of MICROSIP_UDP and MICROSIP_TCP; 0: both, where the library has MICROSIP_HAS_STREAM.
   * Both are at one port.
   */
  uint32_t transports;
  /**
   * "ADDR:PORT" or "[ADDR]:PORT" for SIP; NULL: every address of the host, port 5060 or, where that
   * is taken, any.
   */
  const char *bind;
  /** User-Agent; NULL: the library's; "": none. */
  const char *user_agent;
  /** Microphone as in microsip_device_set(). */
  const char *input;
  /** Loudspeaker as in microsip_device_set(). */
  const char *output;
  /** NULL: events are fetched with microsip_event_next. */
  microsip_event_fn on_event;
  /** Passed to on_event. */
  void *event_user;
  /** NULL: the log is fetched with microsip_log_next. */
  microsip_log_fn on_log;
  /** Passed to on_log. */
  void *log_user;
  /**
   * Differentiated services code point of SIP, 1 to 63; 0: 24 (CS3), MICROSIP_NONE: none. Windows
   * may ignore it.
   */
  uint32_t sip_dscp;
  /** The same of RTP and RTCP; 0: 46 (EF), MICROSIP_NONE: none. */
  uint32_t media_dscp;
  /**
   * With MICROSIP_ALLOW_DIRECT: calls that are left to the callers of accounts; 0: a quarter of
   * max_calls; MICROSIP_NONE: none.
   */
  uint32_t direct_reserve;
  /**
   * With MICROSIP_ALLOW_DIRECT: unanswered calls from one host (of IPv6: one /64) at once, those
   * that its REFERs begin among them; 0: half of max_calls; MICROSIP_NONE: any number.
   */
  uint32_t direct_per_source;
  /**
   * Seconds after which a far end that sends neither RTP nor RTCP is given up, in a call that is up
   * and not held; 0: 60; MICROSIP_NONE: never. At most 65535.
   */
  uint32_t media_timeout;
  /**
   * The action then: MICROSIP_LOST_END or MICROSIP_LOST_TELL; 0: MICROSIP_LOST_END. Not beside a
   * media_timeout of MICROSIP_NONE.
   */
  uint32_t media_lost;
  /** Conferences at once; 0: 2; MICROSIP_NONE: none. All calls may be in one. */
  uint32_t max_conferences;
  /**
   * Switch: far ends are told that this phone is a conference's focus (`isfocus` in the Contact,
   * RFC 4579); 0: off.
   */
  uint32_t focus;
  /**
   * The codecs that calls offer and answer with, in order, the most wanted first: "G722, PCMA,
   * PCMU, L16/16000". Those that are not named are off. Names are PCMU, PCMA, with
   * MICROSIP_HAS_G722 G722, with MICROSIP_HAS_L16 L16/8000, L16/16000, L16/44100 and L16/48000.
   * Wideband is of use where `rate` is 16000 or 48000. Needs MICROSIP_HAS_CODECS. NULL: PCMU, PCMA.
   */
  const char *codecs;
  /**
   * Values of microsip_call_quality_get for each call, 2 bytes each; 0: 600, MICROSIP_NONE: none.
   * At most 65534.
   */
  uint32_t quality_seconds;
  /** 0. */
  uint32_t reserved;
  /** The rules for incoming calls; NULL: none. */
  const struct microsip_rules *rules;
  /**
   * MICROSIP_RELIABLE_*, for all calls; 0: MICROSIP_RELIABLE_SUPPORTED, where the library has
   * MICROSIP_HAS_RELIABLE.
   */
  uint32_t reliable;
  /**
   * MICROSIP_POLICY_*, for an INVITE with Replaces, which is to take the place of a call; 0:
   * MICROSIP_POLICY_FOLLOW in an account's calls, where it comes by the account's own server, and
   * MICROSIP_POLICY_REFUSE in direct calls, of which whoever knows a call's names could take it.
   * With MICROSIP_HAS_REFER.
   */
  uint32_t replaces;
  /**
   * A switch, default off: answers have the codecs in our order, not in the caller's (RFC 3264
   * 6.1), so that ours decides which one is used. With MICROSIP_HAS_CODECS, as the next one.
   */
  uint32_t own_order;
  /**
   * A switch, default off: a call has one codec. Our answers name one; where the far end's answer
   * names several, the next offer follows at once and names the first of them (RFC 3264 10.2), and
   * later ones name it too.
   */
  uint32_t single_codec;
  /**
   * MICROSIP_DTMF_*, the method of digits of all calls; 0: MICROSIP_DTMF_AUTO. With
   * MICROSIP_HAS_INFO, as dtmf_ms, dtmf_gap_ms and dtmf_level_db.
   */
  uint32_t dtmf;
  /**
   * The length of a digit that is sent, in milliseconds, 40 to 20000, in steps of 10; 0: 160. INFO
   * names it (Duration).
   */
  uint32_t dtmf_ms;
  /**
   * MICROSIP_TIMER_*, session timers (RFC 4028) of all calls; 0: MICROSIP_TIMER_SUPPORTED. With
   * MICROSIP_HAS_TIMERS, as the next three.
   */
  uint32_t session_timer;
  /**
   * Seconds for which a session lasts without a refresh (Session-Expires), at least 90; 0: 1800.
   */
  uint32_t session_expires;
  /** The shortest such time that is taken of others (Min-SE), at least 90; 0: 90. */
  uint32_t min_se;
  /** MICROSIP_REFRESHER_*, the side that refreshes; 0: MICROSIP_REFRESHER_EITHER. */
  uint32_t session_refresher;
  /** Ring device as in microsip_device_set(). */
  const char *ring;
  /**
   * The silence behind a digit that is sent, in milliseconds, 40 to 2500, in steps of 10; 0: 50.
   * Before an event it is up to a packet longer, for an event begins with a packet.
   */
  uint32_t dtmf_gap_ms;
  /**
   * The power of a digit that is sent, in dB below 0 dBm0: 1 to 63; MICROSIP_NONE: 0 dBm0; 0: 10.
   * It is the volume of events (RFC 4733 2.3.4), and that of each of the two frequencies of a tone,
   * which have no room for more than 3 dB below. INFO has none.
   */
  uint32_t dtmf_level_db;
  /**
   * Messages, both ways, at once; 0: 16; MICROSIP_NONE: none. At most 20000. max_message bytes
   * each.
   */
  uint32_t max_messages;
  /** MICROSIP_MESSAGES_*, for messages that come; 0: MICROSIP_MESSAGES_ASK. */
  uint32_t messages;
  /** Subscriptions at once; 0: 16; MICROSIP_NONE: none. At most 20000. */
  uint32_t max_subscriptions;
  /**
   * MICROSIP_POLICY_*, for a REFER, which wants us to call another party; 0: MICROSIP_POLICY_ASK in
   * an account's calls and by its own server, and MICROSIP_POLICY_REFUSE in direct calls. Each
   * takes one of max_messages. With MICROSIP_HAS_REFER.
   */
  uint32_t refer;
  /**
   * Messages that those which come leave to ours; with MICROSIP_ALLOW_DIRECT and an account, direct
   * ones leave as many again to the callers of accounts. 0: a quarter of max_messages;
   * MICROSIP_NONE: none. One beyond gets 480, as where none is left: `refused_full` of
   * microsip_counters counts it, and the log names its sender.
   */
  uint32_t messages_reserve;
  /**
   * With MICROSIP_ALLOW_DIRECT: messages and REFERs from one host (of IPv6: one /64) at once, until
   * each is answered and its event was fetched, or is released; 0: half of max_messages;
   * MICROSIP_NONE: any number. One beyond gets 480.
   */
  uint32_t messages_per_source;
  /**
   * The packages of INFO (RFC 6086) that calls take, "foo, bar", at most 128 bytes: each call says
   * so (Recv-Info), and an INFO of one of these comes as a message of its call
   * (MICROSIP_EV_MESSAGE, `info` of microsip_message_info, MICROSIP_TXT_PACKAGE), to be answered as
   * one, or accepted at once with MICROSIP_MESSAGES_STORE. "*" among them: an INFO without a
   * package, too, whatever its body; digits stay digits. Without messages (max_messages) any name
   * is
   * MICROSIP_E_UNSUPPORTED. "": none, which is said as well, so that the far end says which it
   * takes, and `package` of microsip_message can be sent. NULL: nothing is said of packages. With
   * MICROSIP_HAS_INFO and MICROSIP_HAS_MESSAGE.
   */
  const char *info_packages;
  /** NULL. */
  const char *reserved_packages;
  /**
   * Those who watch us (RFC 6665) at once; 0: 16; MICROSIP_NONE: none. At most 20000. One beyond
   * gets 503, as one that comes from whom half of them have.
   */
  uint32_t max_watchers;
  /**
   * MICROSIP_POLICY_*, for those who would watch our calls (RFC 4235), an account's presence (RFC
   * 3856) or a mailbox that we are (RFC 3842): MICROSIP_POLICY_FOLLOW lets them in at once,
   * MICROSIP_POLICY_ASK has microsip_watcher_answer decide; 0: MICROSIP_POLICY_REFUSE (403). They
   * come by an account's own server, from a host that it trusts, or with MICROSIP_ALLOW_DIRECT from
   * anywhere, and then watch direct calls alone. With MICROSIP_HAS_NOTIFY, as the next one.
   */
  uint32_t watchers;
  /**
   * A switch, default on: who watches our calls is told who talks to whom, with the value for
   * Replaces by which a call may be taken over. Off: no more than that there is a call, its
   * direction and its state.
   */
  uint32_t watcher_details;
  /**
   * MICROSIP_NOTICES_*, notices of messages that leave by themselves; 0: MICROSIP_NOTICES_NEVER.
   * With MICROSIP_HAS_IMDN.
   */
  uint32_t notices;
} microsip_config;
/** @} */

/** @name Engines
 * @{ */
/**
 * A name is to be resolved: name, port (0: none was given). Reply with addresses, or
 * MICROSIP_E_NAME.
 */
#define MICROSIP_ASK_RESOLVE 1
/**
 * The local addresses and ports of SIP are asked for. Reply with one of each family that there is.
 */
#define MICROSIP_ASK_LOCAL 2
/**
 * port (RTP) and port + 1 (RTCP) are to be opened at addr. Reply with result 0, or
 * MICROSIP_E_PORT_IN_USE.
 */
#define MICROSIP_ASK_OPEN_MEDIA 3
/** port and port + 1 may be closed. A reply is ignored. */
#define MICROSIP_ASK_CLOSE_MEDIA 4
/**
 * A stream to addr is to be opened; transport is MICROSIP_TCP. Not microsip_engine_reply but
 * microsip_engine_flow answers it. One that is open to the same far end already may be told again.
 */
#define MICROSIP_ASK_CONNECT 7
/** flow has failed, and is not used any more: close it. Nothing is to be told. */
#define MICROSIP_ASK_DISCONNECT 8
/** Sound of target is wanted from now on. A reply is ignored. */
#define MICROSIP_ASK_AUDIO_ON 5
/** No sound of target is wanted any more. A reply is ignored. */
#define MICROSIP_ASK_AUDIO_OFF 6
/** microsip_flow.state: a stream is gone, or could not be opened. */
#define MICROSIP_FLOW_DOWN 1
/** microsip_flow.state: a stream is there. */
#define MICROSIP_FLOW_UP 2
/**
 * microsip_flow.state: there is no room for the bytes that wait to go out: its far end takes too
 * little. Close it; it is gone for the engine as with MICROSIP_FLOW_DOWN.
 */
#define MICROSIP_FLOW_FULL 3
/** A packet to send: SIP. */
#define MICROSIP_OUT_SIP 1
/** A packet to send: RTP. */
#define MICROSIP_OUT_RTP 2
/** A packet to send: RTCP. */
#define MICROSIP_OUT_RTCP 3

/**
 * A reply to an ask. Also unasked, with ask 0: result 0 and addresses: these are the local ones
 * now; an error and an address: that far end is unreachable.
 */
typedef struct microsip_reply {
  /** sizeof(microsip_reply). */
  uint32_t size;
  /** 0, or a MICROSIP_E_*. */
  int32_t result;
  /** The ask. */
  uint64_t ask;
  /** 0. */
  uint32_t flow;
  /** The number of addresses set in addr. */
  uint32_t count;
  /** Addresses; port 0: the port that was asked for, or 5060. */
  struct microsip_addr addr[4];
  /**
   * Of each address, where DNS chose it: MICROSIP_UDP or MICROSIP_TCP; 0: the one that was asked
   * for, or UDP. Read, as the following, by a library with MICROSIP_HAS_STREAM.
   */
  uint32_t transport[4];
  /** Of each, from SRV: the lower first. */
  uint32_t priority[4];
  /** Of each, from SRV, within one priority. */
  uint32_t weight[4];
  /** Of each: the seconds for which it holds; 0: not known. */
  uint32_t lifetime[4];
} microsip_reply;

/** A wish of the engine. */
typedef struct microsip_ask {
  /** sizeof(microsip_ask). */
  uint32_t size;
  /** MICROSIP_ASK_*. */
  uint32_t kind;
  /** To be put into the reply; 0: none is wanted. */
  uint64_t ask;
  /** Of MICROSIP_ASK_DISCONNECT: the driver's number of the stream. */
  uint32_t flow;
  /** A port. */
  uint32_t port;
  /** A local address; of MICROSIP_ASK_CONNECT the far end's. */
  struct microsip_addr addr;
  /** A name, NUL-terminated. */
  char name[256];
  /** MICROSIP_UDP or MICROSIP_TCP where one was named; 0: as DNS says. */
  uint32_t transport;
  /** 0. */
  uint32_t reserved;
  /** Of MICROSIP_ASK_AUDIO_ON and _OFF: MICROSIP_SELF, or MICROSIP_RING for the ring device. */
  microsip_id target;
} microsip_ask;

/** A stream of the driver's: opened for an ask, accepted, or gone. */
typedef struct microsip_flow {
  /** sizeof(microsip_flow). */
  uint32_t size;
  /**
   * The driver's number, from 1, free again after MICROSIP_FLOW_DOWN; 0: none, for an ask that
   * failed.
   */
  uint32_t flow;
  /** The ask that it was opened for; 0: it was accepted, or is gone. */
  uint64_t ask;
  /** MICROSIP_FLOW_*. */
  uint32_t state;
  /** MICROSIP_TCP. */
  uint32_t transport;
  /** With MICROSIP_FLOW_DOWN: the reason, MICROSIP_E_UNREACHABLE, _UNSUPPORTED. */
  int32_t result;
  /** 0. */
  uint32_t reserved;
  /** Ours; family 0: the one of the remote's family. */
  struct microsip_addr local;
  /** The far end's; with MICROSIP_FLOW_UP. */
  struct microsip_addr remote;
} microsip_flow;

/** The configuration of an engine. */
typedef struct microsip_engine_config {
  /** sizeof(microsip_engine_config). */
  uint32_t size;
  /** Calls at once; 0: 1. */
  uint32_t max_calls;
  /** Accounts; 0: 1. */
  uint32_t max_accounts;
  /** Bytes of one SIP message; 0: 1500. */
  uint32_t max_message;
  /**
   * Samples a second of PCM: 8000, 16000 or 48000; 0: 8000. In a library without
   * MICROSIP_HAS_RESAMPLE only 8000. MICROSIP_ENGINE_BYTES is for 8000: microsip_engine_size_get()
   * tells what the others need.
   */
  uint32_t rate;
  /** First media port, even; call n uses this + 2 n and the next; 0: 4000. */
  uint32_t rtp_port_min;
  /**
   * MICROSIP_ALLOW_DIRECT; MICROSIP_HEAR_KEYS, which takes about 450 bytes a call beside
   * MICROSIP_ENGINE_BYTES.
   */
  uint32_t flags;
  /**
   * Records for microsip_engine_poll_log, 128 bytes each beside MICROSIP_ENGINE_BYTES; 0: none are
   * made. At most 4096. The oldest gives way.
   */
  uint32_t log_records;
  /** 32 bytes of true randomness; all zero is refused. */
  uint8_t seed[32];
  /** Milliseconds since 1970 at init; 0: unknown. */
  uint64_t epoch_ms;
  /** User-Agent; NULL: the library's. */
  const char *user_agent;
  /**
   * The codecs of calls in order, as in microsip_config.codecs; MICROSIP_ENGINE_BYTES is for the
   * usual ones, PCMU and PCMA. NULL: these.
   */
  const char *codecs;
  /**
   * With MICROSIP_ALLOW_DIRECT: calls that are left to the callers of accounts; 0: a quarter of
   * max_calls; MICROSIP_NONE: none.
   */
  uint32_t direct_reserve;
  /**
   * With MICROSIP_ALLOW_DIRECT: unanswered calls from one host (of IPv6: one /64) at once, those
   * that its REFERs begin among them; 0: half of max_calls; MICROSIP_NONE: any number.
   */
  uint32_t direct_per_source;
  /**
   * Seconds after which a far end that sends neither RTP nor RTCP is given up, in a call that is up
   * and not held; 0: 60; MICROSIP_NONE: never. At most 65535.
   */
  uint32_t media_timeout;
  /**
   * The action then: MICROSIP_LOST_END or MICROSIP_LOST_TELL; 0: MICROSIP_LOST_END. Not beside a
   * media_timeout of MICROSIP_NONE.
   */
  uint32_t media_lost;
  /**
   * Streams at once, 48 bytes each beside MICROSIP_ENGINE_BYTES; 0: none, and SIP goes by datagrams
   * alone. At most 4096. Needs MICROSIP_HAS_STREAM.
   */
  uint32_t max_flows;
  /**
   * Values of microsip_engine_call_quality_get, 2 bytes each a call beside MICROSIP_ENGINE_BYTES;
   * 0: none are kept. At most 65534.
   */
  uint32_t quality_seconds;
  /**
   * Conferences at once; 0: none. All calls may be in one. They take memory beside
   * MICROSIP_ENGINE_BYTES: microsip_engine_size_get() tells how much.
   */
  uint32_t max_conferences;
  /**
   * Switch: far ends are told that this phone is a conference's focus (`isfocus` in the Contact,
   * RFC 4579); 0: off.
   */
  uint32_t focus;
  /**
   * Bytes for the texts of rules, of the engine and of each account, with 128 for the numbers of
   * each, beside MICROSIP_ENGINE_BYTES; 0: there are no rules. At most 2048.
   */
  uint32_t rule_bytes;
  /**
   * Bytes kept of the header of each message that came for a call, for microsip_engine_header_get
   * and texts that are read from it (MICROSIP_TXT_ASSERTED_URI, _DIVERSION, _WARNING, _REASON,
   * _CONTACT, _USER_AGENT): of the first, and three times as many for the later ones; 0: none are
   * kept. Four times so many a call beside MICROSIP_ENGINE_BYTES. At most 60000. With
   * MICROSIP_HAS_IDENTITY.
   */
  uint32_t kept_bytes;
  /**
   * MICROSIP_RELIABLE_*, for all calls; 0: MICROSIP_RELIABLE_SUPPORTED, where the library has
   * MICROSIP_HAS_RELIABLE.
   */
  uint32_t reliable;
  /**
   * Bytes for `location` of microsip_account and microsip_options, of each account and dialog (one
   * a call and one more), beside MICROSIP_ENGINE_BYTES; 0: none can be given. At most 4096. With
   * MICROSIP_HAS_IDENTITY.
   */
  uint32_t location_bytes;
  /** A switch: see `own_order` of microsip_config. */
  uint32_t own_order;
  /** A switch: see `single_codec` of microsip_config. */
  uint32_t single_codec;
  /** See `dtmf` of microsip_config. */
  uint32_t dtmf;
  /** See `dtmf_ms` of microsip_config. */
  uint32_t dtmf_ms;
  /**
   * MICROSIP_TIMER_*, session timers (RFC 4028) of all calls; 0: MICROSIP_TIMER_SUPPORTED. With
   * MICROSIP_HAS_TIMERS, as the next three.
   */
  uint32_t session_timer;
  /**
   * Seconds for which a session lasts without a refresh (Session-Expires), at least 90; 0: 1800.
   */
  uint32_t session_expires;
  /** The shortest such time that is taken of others (Min-SE), at least 90; 0: 90. */
  uint32_t min_se;
  /** MICROSIP_REFRESHER_*, the side that refreshes; 0: MICROSIP_REFRESHER_EITHER. */
  uint32_t session_refresher;
  /** See `dtmf_gap_ms` of microsip_config. */
  uint32_t dtmf_gap_ms;
  /** See `dtmf_level_db` of microsip_config. */
  uint32_t dtmf_level_db;
  /**
   * Messages, both ways, at once; 0: none. max_message bytes each and about 600, beside
   * MICROSIP_ENGINE_BYTES: microsip_engine_size_get() tells how much. At most 4096. With
   * MICROSIP_HAS_MESSAGE, as the next one.
   */
  uint32_t max_messages;
  /** MICROSIP_MESSAGES_*, for messages that come; 0: MICROSIP_MESSAGES_ASK. */
  uint32_t messages;
  /**
   * Subscriptions at once; 0: none. They take memory beside MICROSIP_ENGINE_BYTES:
   * microsip_engine_size_get() tells how much. The first has the dialog that is kept for a branch
   * of a forked call, and up to three ask while calls and accounts leave a request, so that a lamp
   * takes less than 1 KB. At most 4096. With MICROSIP_HAS_SUBSCRIBE, as the next one.
   */
  uint32_t max_subscriptions;
  /**
   * Bytes of a subscription's texts, and of the entries that it was told of; and, of all
   * subscriptions, of the last notification's body and type: microsip_engine_body_get has no longer
   * one. 0: 256. At most 60000. A mailbox takes 120.
   */
  uint32_t subscription_bytes;
  /** See `messages_reserve` of microsip_config. With MICROSIP_HAS_MESSAGE, as the next one. */
  uint32_t messages_reserve;
  /** See `messages_per_source` of microsip_config. */
  uint32_t messages_per_source;
  /** See `refer` of microsip_config; each REFER that comes takes one of max_messages. */
  uint32_t refer;
  /** See `replaces` of microsip_config. */
  uint32_t replaces;
  /** See `info_packages` of microsip_config. */
  const char *info_packages;
  /** NULL. */
  const char *reserved_packages;
  /**
   * Those who watch us at once; 0: none. They take memory beside MICROSIP_ENGINE_BYTES:
   * microsip_engine_size_get() tells how much, of which a dialog is the most. At most 4096. With
   * MICROSIP_HAS_NOTIFY, as the next two.
   */
  uint32_t max_watchers;
  /** See `watchers` of microsip_config. */
  uint32_t watchers;
  /** See `watcher_details` of microsip_config. */
  uint32_t watcher_details;
  /** See `notices` of microsip_config. */
  uint32_t notices;
  /**
   * Accounts whose presence is published at once; 0: none. About 400 bytes each beside
   * MICROSIP_ENGINE_BYTES; a PUBLISH needs a request and a dialog for a moment. At most 4096. With
   * MICROSIP_HAS_PUBLISH.
   */
  uint32_t max_publications;
  /**
   * Bytes of the note in the presence of each account, beside MICROSIP_ENGINE_BYTES; 0: it can have
   * none. At most 128. With MICROSIP_HAS_PUBLISH.
   */
  uint32_t presence_note_bytes;
} microsip_engine_config;

/** The addresses of a datagram that came: the far end's and ours. */
typedef struct microsip_origin {
  /** sizeof(microsip_origin). */
  uint32_t size;
  /** The driver's number of a stream; 0: UDP. */
  uint32_t flow;
  /** Ours; family 0: the one of the remote's family. */
  struct microsip_addr local;
  /** The far end's. */
  struct microsip_addr remote;
} microsip_origin;

/** The way of a packet that leaves. */
typedef struct microsip_out {
  /** sizeof(microsip_out). */
  uint32_t size;
  /** MICROSIP_OUT_*. */
  uint32_t kind;
  /** Bytes in the buffer; with MICROSIP_E_BUFFER the bytes that are needed. */
  uint32_t len;
  /** Differentiated services code point that suits it. */
  uint32_t dscp;
  /** The driver's number of a stream, on which the bytes go whole and in order; 0: UDP. */
  uint32_t flow;
  /** 0. */
  uint32_t reserved;
  /** Ours. */
  struct microsip_addr local;
  /** The far end's. */
  struct microsip_addr remote;
} microsip_out;
/** @} */

#ifdef __cplusplus
extern "C" {
#endif

/** @name Versions and errors
 * @{ */

/**
 * The meaning of a result, as static text.
 * @param result The result.
 * @return A static text.
 */
const char *microsip_strerror(int32_t result);

/**
 * The library's version, as static text (C#: declare IntPtr, never string).
 * @return A static text.
 */
const char *microsip_version(void);

/**
 * Features that are compiled in: a set of MICROSIP_HAS_*.
 * @return The number.
 */
uint32_t microsip_features(void);

/**
 * The library's ABI version: the first argument of `microsip_create` and `microsip_engine_init`.
 * @return The number.
 */
uint32_t microsip_abi_version(void);

#if defined(MICROSIP_HOST)
/**
 * The text of this thread's latest failed call: the function, the fault, the value, and the remedy.
 * It never holds a password.
 * @param buf Room for the text with its NUL, or NULL with cap 0.
 * @param cap The size of that room.
 * @param needed Its bytes with the NUL.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_BUFFER cap is smaller.
 */
int32_t microsip_last_error(char *buf, uint32_t cap, uint32_t *needed);
#endif
/** @} */

#if defined(MICROSIP_HOST)
/** @name Making and ending one
 * @{ */

/**
 * Makes a phone: opens its sockets, starts its threads and takes all of its memory; from here on it
 * takes none. It blocks for some milliseconds; sound devices are not opened before a call needs
 * them. Several phones in one process do not know each other.
 * @param abi MICROSIP_ABI_VERSION.
 * @param config NULL, or the differences from the defaults.
 * @param phone Its id, for every other function.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ABI Another header's version.
 * @retval MICROSIP_E_ARG A member of config.
 * @retval MICROSIP_E_TEXT A member of config.
 * @retval MICROSIP_E_NEWER A member of config.
 * @retval MICROSIP_E_UNSUPPORTED config->info_packages in a phone without messages.
 * @retval MICROSIP_E_PORT_IN_USE config->bind is taken.
 * @retval MICROSIP_E_FULL More phones, threads, memory or descriptors than there may be.
 */
int32_t microsip_create(uint32_t abi,
                        const struct microsip_config *config,
                        microsip_id *phone);

/**
 * Begins the end, and returns at once: calls get BYE or CANCEL, registrations are taken back,
 * nothing new begins (MICROSIP_E_CLOSED). MICROSIP_EV_CLOSED follows when that is done, or when
 * grace_ms milliseconds are over (then its result is MICROSIP_E_TIMEOUT). Allowed in a callback. A
 * second call may shorten the grace. The phone stays until microsip_destroy.
 * @param phone The phone.
 * @param grace_ms The longest time for it, in milliseconds.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_shutdown(microsip_id phone,
                          uint32_t grace_ms);

/**
 * Destroys a phone: in any state, from any thread; twice is harmless. Calls get one BYE or CANCEL,
 * and only the library's own threads and a running callback are waited for. Threads that wait in
 * another function are woken with MICROSIP_E_CLOSED. The system's resolver is not waited for: where
 * it is asked just then, one thread of the library stays with it for as long as it takes and
 * touches nothing of yours; only a program that unloads the library (dlclose) has to give it that
 * time.
 * @param phone The phone.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_REENTRY Within a callback that its end would wait for, which is one of this
 * phone, or of another whose own end this phone's callback waits for (two phones whose callbacks
 * destroy each other: the second to try gets it); shut it down there instead.
 */
int32_t microsip_destroy(microsip_id phone);
/** @} */
#endif

#if defined(MICROSIP_HOST)
/** @name The network
 * @{ */

/**
 * The SIP address to tell others: that of the first interface that leaves the machine, else of
 * loopback.
 * @param phone The phone.
 * @param which MICROSIP_ADDRESS_V4 or _V6.
 * @param out Filled by the function.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING There is none of that family.
 */
int32_t microsip_address_get(microsip_id phone,
                             uint32_t which,
                             struct microsip_addr *out);

/**
 * The machine's addresses may have changed (another network, a cable, a tunnel): they are read anew
 * before this returns, from any thread. Sockets of addresses that are gone are closed, new
 * addresses get theirs, those that stayed are not touched; when any came or went, accounts register
 * anew at once, calls whose address is gone go on from another, and MICROSIP_EV_NETWORK follows. On
 * Linux the phone notices by itself, a quarter of a second later.
 * @param phone The phone.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING Nothing has changed, or config->bind chose an address.
 * @retval MICROSIP_E_PORT_IN_USE A new address's port is taken; the others do.
 */
int32_t microsip_network_changed(microsip_id phone);
/** @} */
#endif

#if defined(MICROSIP_HOST)
/** @name Events
 * @{ */

/**
 * Fetches an event, waiting at most wait_ms milliseconds (0: not at all, MICROSIP_FOREVER: without
 * end). ev->size must be set. Several threads may wait; each event is given to one. Fetching
 * releases nothing: info, texts, headers and statistics of an ended call can be read until
 * microsip_id_release, or until its slot is needed.
 * @param phone The phone.
 * @param ev Filled by the function; its size must be set.
 * @param wait_ms The longest wait, in milliseconds.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING None came in that time.
 * @retval MICROSIP_E_CLOSED The last event has been fetched, or the phone is destroyed.
 * @retval MICROSIP_E_STATE The phone was created with on_event.
 */
int32_t microsip_event_next(microsip_id phone,
                            struct microsip_event *ev,
                            uint32_t wait_ms);

/**
 * A descriptor for the application's own loop (poll, epoll; on Windows a HANDLE): readable while
 * events wait. It belongs to the phone: never read, write or close it; fetch with wait_ms 0 until
 * MICROSIP_NOTHING.
 * @param phone The phone.
 * @param descriptor The descriptor.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_UNSUPPORTED None was left at creation.
 */
int32_t microsip_event_descriptor_get(microsip_id phone,
                                      intptr_t *descriptor);
/** @} */
#endif

#if defined(MICROSIP_HOST)
/** @name The log
 * @{ */

/**
 * Sets the level of the log, at any time: MICROSIP_LOG_*, and MICROSIP_LOG_SIP added for whole
 * messages.
 * @param phone The phone.
 * @param level MICROSIP_LOG_*.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_STATE The phone was created with neither log_level nor on_log, and keeps no
 * log.
 */
int32_t microsip_log_set(microsip_id phone,
                         uint32_t level);

/**
 * The next log line, or SIP message, waiting at most wait_ms milliseconds (0: not at all,
 * MICROSIP_FOREVER: without end). l->size must be set. Its text goes to buf, with a NUL. Without a
 * fetch, 2048 lines and 512 kB of text wait; later ones are left out, and the next line that finds
 * room has their number (`missing`). No line holds a password; the credentials of a message are
 * blotted out, and so is the body of an INFO, which may have the keys of a PIN.
 * @param phone The phone.
 * @param l Filled by the function; its size must be set.
 * @param buf Room for the text with its NUL, or NULL with cap 0.
 * @param cap The size of that room.
 * @param wait_ms The longest wait, in milliseconds.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING None came in that time.
 * @retval MICROSIP_E_BUFFER l->len + 1 bytes are needed; it stays.
 * @retval MICROSIP_E_STATE The phone gives its log to on_log, or keeps none.
 * @retval MICROSIP_E_CLOSED The phone is destroyed.
 */
int32_t microsip_log_next(microsip_id phone,
                          struct microsip_log *l,
                          char *buf,
                          uint32_t cap,
                          uint32_t wait_ms);
/** @} */
#endif

#if defined(MICROSIP_HOST)
/** @name Any object
 * @{ */

/**
 * The phone, in numbers.
 * @param phone The phone.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_info_get(microsip_id phone, struct microsip_info *out);

/**
 * The ids of a kind: MICROSIP_KIND_CALL, _MESSAGE and _SUBSCRIPTION, ended ones that were not
 * released among them, MICROSIP_KIND_ACCOUNT or MICROSIP_KIND_CONFERENCE.
 * @param phone The phone.
 * @param kind MICROSIP_KIND_*.
 * @param owner 0; or an account: those of its own only; or a conference: its members, MICROSIP_SELF
 * among them, with MICROSIP_KIND_CALL.
 * @param ids Room for cap of them, or NULL with 0.
 * @param cap The size of that room.
 * @param needed Their number.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_BUFFER More than cap.
 */
int32_t microsip_ids_get(microsip_id phone,
                         uint32_t kind,
                         microsip_id owner,
                         microsip_id *ids,
                         uint32_t cap,
                         uint32_t *needed);

/**
 * A text of a call, an account, a message, a subscription or MICROSIP_SELF.
 * @param phone The phone.
 * @param object The one that the text is of, as MICROSIP_TXT_* says.
 * @param which MICROSIP_TXT_*.
 * @param index 0, but where the text says otherwise.
 * @param buf Room for the text with its NUL, or NULL with cap 0.
 * @param cap The size of that room.
 * @param needed Its bytes with the NUL.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING There is none.
 * @retval MICROSIP_E_BUFFER cap is smaller.
 */
int32_t microsip_text_get(microsip_id phone,
                          microsip_id object,
                          uint32_t which,
                          uint32_t index,
                          char *buf,
                          uint32_t cap,
                          uint32_t *needed);

/**
 * The nth header field (from 0) of that name, long or short form, in a message that came for a
 * call; name "": its first line. A message is there with the event that it causes, so sip_code of
 * the event names a response. Kept are the first message, for as long as the call can be read, and
 * the latest ones, three of full length or more shorter ones; of each the header, cut where it is
 * longer than max_message (1024 bytes where max_calls is above 64, kept_bytes in an engine). Those
 * that came for it are: INVITE, ACK, PRACK, UPDATE, INFO, CANCEL, BYE; responses to INVITE, and
 * final ones to our re-INVITE and UPDATE; but none that was answered with credentials.
 * @param phone The phone.
 * @param object The call; or a message, whatever which says: one that came, or the response to one
 * of ours (its Retry-After, say); or a subscription, whatever which says: the last final response
 * to its SUBSCRIBE, or the NOTIFY that ended it, until a notification brings something new, and cut
 * where its block (subscription_bytes in an engine) has no room.
 * @param which MICROSIP_FIRST to MICROSIP_BYE; a status from 100 to 699, which is the last response
 * with it; or MICROSIP_NTH + n.
 * @param name The name of the header.
 * @param nth Which of them, from 0.
 * @param buf Room for the text with its NUL, or NULL with cap 0.
 * @param cap The size of that room.
 * @param needed Its bytes with the NUL.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING No such message is kept, or it has no such field.
 * @retval MICROSIP_E_BUFFER cap is smaller.
 * @retval MICROSIP_E_ARG which names no message.
 * @retval MICROSIP_E_UNSUPPORTED An engine without kept_bytes.
 */
int32_t microsip_header_get(microsip_id phone,
                            microsip_id object,
                            uint32_t which,
                            const char *name,
                            uint32_t nth,
                            char *buf,
                            uint32_t cap,
                            uint32_t *needed);

/**
 * The body of a message, of either way, or of a subscription's last notification until another one
 * comes for any subscription. Of the messages that made a call the header alone is kept
 * (microsip_header_get); a MESSAGE that came in a call is an object of its own.
 * @param phone The phone.
 * @param object The message or subscription.
 * @param buf Room for cap bytes, or NULL with 0.
 * @param cap The size of that room.
 * @param needed Its bytes; no NUL follows them.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING It has none.
 * @retval MICROSIP_E_BUFFER cap is smaller.
 * @retval MICROSIP_E_KIND Another object, such as a call.
 */
int32_t microsip_body_get(microsip_id phone,
                          microsip_id object,
                          void *buf,
                          uint32_t cap,
                          uint32_t *needed);

/**
 * Gives an object the application's own number, which its events carry from then on.
 * @param phone The phone.
 * @param object The call, account, conference, message, subscription or watcher.
 * @param tag The application's own number.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_tag_set(microsip_id phone, microsip_id object, uint64_t tag);

/**
 * Gives an ended call's slot back: it cannot be read any more. Not released, it stays readable
 * until a new call needs its slot: the one that ended first goes first, with MICROSIP_EV_LOST.
 * Fetching events, or having them in a callback, releases nothing. A message that came and was not
 * answered is answered with 200, a REFER with 603; a subscription that has ended can be read until
 * then. Of a conference: it is dissolved, its calls go on alone, and a recording and a sound of it
 * end.
 * @param phone The phone.
 * @param object The call, account, conference, message, subscription or watcher.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_STATE A call or subscription that has not ended, or a message of ours that has
 * not, or whose end was not fetched.
 */
int32_t microsip_id_release(microsip_id phone,
                            microsip_id object);

/**
 * Error and overload counters since the phone's creation. out->size must be set.
 * @param phone The phone.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_counters_get(microsip_id phone, struct microsip_counters *out);
/** @} */
#endif

#if defined(MICROSIP_HOST)
/** @name Accounts
 * @{ */

/**
 * Adds an account; it registers at once unless `registers` is off, and is kept registered until it
 * is removed or the phone ends. MICROSIP_EV_ACCOUNT has its states.
 * @param phone The phone.
 * @param a Texts are copied.
 * @param account Its id.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_URI uri, registrar or proxy is no SIP URI.
 * @retval MICROSIP_E_ARG a number is out of range (a->session_expires or a->min_se from 1 to 89,
 * say).
 * @retval MICROSIP_E_FULL max_accounts are there.
 * @retval MICROSIP_E_TEXT a text is too long or has controls.
 * @retval MICROSIP_E_NO_CODEC a->codecs has a codec that this library does not have, or this phone
 * has no memory for.
 * @retval MICROSIP_E_UNSUPPORTED a->info_packages in a phone without messages.
 * @retval MICROSIP_E_BLOCKED The dial plan does not allow a target of a->rules.
 */
int32_t microsip_account_add(microsip_id phone,
                             const struct microsip_account *a,
                             microsip_id *account);

/**
 * Changes the members of an account that `a` sets: 0 and NULL leave a member as it is, "" puts a
 * text back to its default. All of it is changed or nothing. Id, calls and registration stay; it
 * registers anew only where its uri, registrar, proxy, credentials, Contact or expires have
 * changed, at once even where the last try had failed. A binding under the uri or at the registrar
 * of before runs out there by itself. With `registers` the registration is taken back or begun.
 * @param phone The phone.
 * @param account The account.
 * @param a The account's settings; its texts are copied.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_URI As for microsip_account_add.
 * @retval MICROSIP_E_ARG As for microsip_account_add.
 * @retval MICROSIP_E_TEXT As for microsip_account_add.
 * @retval MICROSIP_E_NO_CODEC As for microsip_account_add.
 * @retval MICROSIP_E_UNSUPPORTED As for microsip_account_add.
 * @retval MICROSIP_E_BLOCKED As for microsip_account_add.
 * @retval MICROSIP_E_STATE The phone was shut down.
 */
int32_t microsip_account_update(microsip_id phone,
                                microsip_id account,
                                const struct microsip_account *a);

/**
 * Removes an account: its registration is taken back (Expires: 0), its calls go on. Its id is stale
 * once MICROSIP_EV_ACCOUNT with its end has come.
 * @param phone The phone.
 * @param account The account.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_account_remove(microsip_id phone,
                                microsip_id account);

/**
 * Registers now, and keeps registered: refreshed before it runs out, and after a failure tried
 * again when Retry-After says, else after waits that grow from 30 seconds to 30 minutes (RFC 5626
 * 4.5), after 403, 404 and their like from 5 minutes to an hour. A wrong password is not tried
 * again by itself. MICROSIP_EV_DONE with the token has the result of the first try; while a
 * REGISTER is under way the token joins it.
 * @param phone The phone.
 * @param account The account.
 * @param token The application's number for this command, told with its end; 0: none.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_STATE The account does not register.
 * @retval MICROSIP_E_FULL The end of one more command could not be kept.
 */
int32_t microsip_account_register(microsip_id phone,
                                  microsip_id account,
                                  uint64_t token);

/**
 * Takes the registration back (Expires: 0); the account stays, and may call. MICROSIP_EV_ACCOUNT
 * with MICROSIP_UNREGISTERED follows, and MICROSIP_EV_DONE with the token.
 * @param phone The phone.
 * @param account The account.
 * @param token The application's number for this command, told with its end; 0: none.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_FULL The end of one more command could not be kept.
 */
int32_t microsip_account_unregister(microsip_id phone,
                                    microsip_id account,
                                    uint64_t token);

/**
 * Sets the presence of an account's own party, publishes it (RFC 3903) and keeps it published:
 * refreshed before it runs out, published anew where the server has forgotten it, and after a
 * failure tried again as a registration is. Documents leave at least five seconds after each other,
 * and what changes meanwhile is one. While the account registers, or fails to, nothing leaves. It
 * is taken back with the account, and at the end of the phone. MICROSIP_EV_DONE with the token has
 * the result of the first try, MICROSIP_EV_PUBLICATION what becomes of it. In a library without
 * MICROSIP_HAS_PUBLISH it is told to those who watch this phone, and done at once.
 * @param phone The phone.
 * @param account The account.
 * @param p NULL, or a state of 0: it is taken back; an account that publishes by itself then does
 * that.
 * @param token The application's number for this command, told with its end; 0: none.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG p->state, p->activity or p->on_phone is out of range.
 * @retval MICROSIP_E_TEXT p->note is too long or has controls.
 * @retval MICROSIP_E_FULL The end of one more command could not be kept; of an engine, too:
 * max_publications are there.
 * @retval MICROSIP_E_CLOSED The phone was shut down.
 * @retval MICROSIP_E_UNSUPPORTED The library can do neither.
 */
int32_t microsip_account_publish(microsip_id phone,
                                 microsip_id account,
                                 const struct microsip_presence *p,
                                 uint64_t token);

/**
 * An account, in numbers. out->size must be set.
 * @param phone The phone.
 * @param account The account.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_account_info_get(microsip_id phone,
                                  microsip_id account,
                                  struct microsip_account_info *out);

/**
 * One of the classes of messages in the mailbox of an account, as its own server described it last.
 * out->size must be set.
 * @param phone The phone.
 * @param account The account.
 * @param index From 0.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING There are no more, as where it gave no numbers.
 */
int32_t microsip_account_mailbox_get(microsip_id phone,
                                     microsip_id account,
                                     uint32_t index,
                                     struct microsip_entry *out);
/** @} */
#endif

#if defined(MICROSIP_HOST)
/** @name Calls
 * @{ */

/**
 * Calls `sip:user@host`, sips:, tel:, `user@host`, or a number or name that the account's domain
 * completes. White space around it is left out. Of a number, the separators that people write
 * (space - . ( ) /) are left out, and with MICROSIP_HAS_NUMBERS the account's prefix and dial plan
 * are applied, tel:, callto: and quotes left out, escapes decoded, and digits behind a comma are
 * sent a second after the answer (each further comma is a second); MICROSIP_TXT_REMOTE_URI is what
 * became of it. NULL, with MICROSIP_HAS_NUMBERS: the target that this account dialled last
 * (MICROSIP_TXT_DIALLED), without the digits behind it; for account 0 that of all calls, by the
 * account that dialled it. account 0: directly, without an account. It returns before anything is
 * looked up or sent; MICROSIP_EV_CALL has each state and the end, with the SIP status and a result.
 * Unanswered calls are cancelled after three minutes without a response (RFC 3261 16.6). With
 * o->refer, o->replaces or o->pickup, of which one may be set, the call is made for a REFER or
 * takes another's place.
 * @param phone The phone.
 * @param account The account.
 * @param uri The address to call.
 * @param o NULL, or the differences from the defaults.
 * @param call Its id.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_URI No address, or no digits behind it.
 * @retval MICROSIP_E_BLOCKED The dial plan has no match for it, or it is a number for help with
 * o->pickup or o->replaces.
 * @retval MICROSIP_E_ARG It needs an account, or o has a number out of range (o->session_expires or
 * o->min_se from 1 to 89, say), or o->location_use without a location.
 * @retval MICROSIP_E_TEXT o->headers are not lines of "Name: value\r\n", name a header that the
 * library writes itself, a text is too long or has control characters, or o->location finds no room
 * in the INVITE.
 * @retval MICROSIP_E_FULL max_calls are there; for a call for help (`emergency` of
 * microsip_account) only where each of them is one, too, for any other gives way.
 * @retval MICROSIP_E_NO_CODEC o->codecs has a codec that this library does not have, or this phone
 * has no memory for.
 * @retval MICROSIP_E_UNSUPPORTED o->info_packages in a phone without messages.
 * @retval MICROSIP_E_CLOSED After shutdown, to a call for help, too.
 * @retval MICROSIP_E_STATE uri is NULL, and nothing that was dialled is kept; or o->refer was
 * answered, or o->replaces is not up.
 */
int32_t microsip_dial(microsip_id phone,
                      microsip_id account,
                      const char *uri,
                      const struct microsip_options *o,
                      microsip_id *call);

/**
 * Answers an incoming call. A call that is not answered within ten minutes, or the time that the
 * caller gives it, is refused with 487. An answer of which a member is refused leaves all of them
 * as they were.
 * @param phone The phone.
 * @param call The call.
 * @param code 200 or 0 takes it, 183 lets it hear our sound before (until its far end's address is
 * confirmed as much of it as comes from there, and 400 ms), 180 means that it rings (the library
 * has sent one already).
 * @param o NULL, or the differences from the defaults.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_STATE It is not incoming, or answered.
 * @retval MICROSIP_E_ARG Another code, or o has a number out of range (o->session_expires below 90,
 * say, or o->min_se, which is no answer's).
 * @retval MICROSIP_E_TEXT o->headers are not lines of "Name: value\r\n", name a header that the
 * library writes itself, or find no room beside the answer.
 * @retval MICROSIP_E_NO_CODEC o->codecs has none of the offer's.
 * @retval MICROSIP_E_UNSUPPORTED o->reliable requires what the caller does not know, or o->dtmf is
 * not built.
 * @retval MICROSIP_E_FULL o->reliable would make a response too long.
 */
int32_t microsip_answer(microsip_id phone,
                        microsip_id call,
                        uint32_t code,
                        const struct microsip_options *o);

/**
 * Refuses an incoming call with a SIP status from 300 to 699; 0: 486 Busy Here.
 * @param phone The phone.
 * @param call The call.
 * @param code The SIP status.
 * @param o Header lines, a phrase, and where a 3xx sends the caller.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_STATE It is not incoming, or answered.
 * @retval MICROSIP_E_ARG Another code, or o->contacts with one that redirects nobody.
 * @retval MICROSIP_E_URI One of o->contacts cannot be called.
 * @retval MICROSIP_E_BLOCKED One of o->contacts cannot be called.
 * @retval MICROSIP_E_TEXT o->headers are not lines of "Name: value\r\n", or name a header that the
 * library writes itself; or all of it finds no room.
 */
int32_t microsip_reject(microsip_id phone,
                        microsip_id call,
                        uint32_t code,
                        const struct microsip_options *o);

/**
 * Ends a call in any state: refuses with 486, cancels, or sends BYE, with o's header lines and
 * reason. Sound stops at once.
 * @param phone The phone.
 * @param call Or a conference: all of its calls, while it stays; without o.
 * @param o NULL, or the differences from the defaults.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_STATE It has ended.
 * @retval MICROSIP_E_TEXT As of microsip_reject.
 */
int32_t microsip_hangup(microsip_id phone,
                        microsip_id call,
                        const struct microsip_options *o);

/**
 * Puts the far end of a call on hold (MICROSIP_ON), or resumes (MICROSIP_OFF). It is offered to the
 * far end, after another offer that is out and after an ACK that is due; what the far end hears
 * changes at once: on hold, the music that microsip_music_set chose, else the call's source, be it
 * the application's PCM or silence, but neither the microphone nor other calls of its conference;
 * and over it a file that plays. MICROSIP_EV_MEDIA has MICROSIP_MEDIA_HOLDING when the far end has
 * agreed, and MICROSIP_EV_DONE with the token follows (with token 0 only a failure is told). One
 * that comes before the one before it was offered replaces it: MICROSIP_E_CANCELLED. A refusal
 * leaves the call as it was. Before the answer it leaves as an UPDATE in the early dialog that is
 * heard (RFC 3311), where both sides list UPDATE in Allow and the offer of the INVITE has its
 * answer in a reliable 183 or 180 (RFC 3262): of a call that was dialled the far end's, of one that
 * came in ours, whose PRACK it waits for. A far end that refuses UPDATE (405, 501), or has to ask
 * its user (504), is offered it behind its answer; and so is another branch that answers in place
 * of the one that was heard.
 * @param phone The phone.
 * @param call The call.
 * @param on MICROSIP_ON or MICROSIP_OFF.
 * @param token The application's number for this command, told with its end; 0: none.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG on is another number.
 * @retval MICROSIP_E_STATE It is not connected, and has no such early dialog yet;
 * microsip_last_error says what it waits for.
 * @retval MICROSIP_E_FULL The end of one more command could not be kept.
 * @retval MICROSIP_E_UNSUPPORTED Without MICROSIP_HAS_REOFFER.
 */
int32_t microsip_hold(microsip_id phone,
                      microsip_id call,
                      uint32_t on,
                      uint64_t token);

/**
 * Tells the far end that we are somebody else from now on (RFC 4916): caller, a URI with or without
 * a name, stands in From of an UPDATE, or of a re-INVITE where the far end takes none, and of all
 * later requests of the call; its end is MICROSIP_EV_DONE with MICROSIP_OP_IDENTIFY. Before the
 * answer it leaves as an UPDATE in an early dialog whose far end lists UPDATE in Allow (RFC 3311):
 * of a call that was dialled in the one that is heard, else in the first; of a call that came in
 * once a reliable response of ours has its PRACK, else behind the answer. It is that dialog's:
 * where another branch answers, or the call is sent elsewhere, an end that was not told yet is
 * MICROSIP_E_CANCELLED, and the branch that answers knows us by the name that the INVITE had,
 * whatever another one was told: MICROSIP_TXT_LOCAL_URI says which.
 * @param phone The phone.
 * @param call The call.
 * @param caller Who we are from now on: `sip:a@example.com`, or "A" `<sip:a@example.com>`.
 * @param token The application's number for this command, told with its end; 0: none.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_UNSUPPORTED The call is up or came in, and its far end has not said that it
 * takes another From (Supported: from-change), or the library is without MICROSIP_HAS_IDENTITY.
 * @retval MICROSIP_E_STATE The call was dialled and has no such early dialog yet, or its far end
 * has not said that yet; it is over, or has one on its way.
 * @retval MICROSIP_E_URI caller is no address.
 * @retval MICROSIP_E_TEXT It is too long.
 * @retval MICROSIP_E_FULL The end of one more command could not be kept.
 */
int32_t microsip_identify(microsip_id phone,
                          microsip_id call,
                          const char *caller,
                          uint64_t token);

/**
 * Offers the media of a call anew, with the changes in m; NULL: as they are, at the addresses that
 * are ours now. Its turn and its end are those of microsip_hold.
 * @param phone The phone.
 * @param call The call.
 * @param m NULL, or the changes of the media.
 * @param token The application's number for this command, told with its end; 0: none.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG m has a number out of range.
 * @retval MICROSIP_E_NO_CODEC m->codecs has a codec that this library does not have, or this phone
 * has no memory for.
 * @retval MICROSIP_E_STATE It is not connected.
 * @retval MICROSIP_E_FULL The end of one more command could not be kept.
 * @retval MICROSIP_E_UNSUPPORTED Without MICROSIP_HAS_REOFFER.
 */
int32_t microsip_reoffer(microsip_id phone,
                         microsip_id call,
                         const struct microsip_media *m,
                         uint64_t token);

/**
 * Transfers the far end of a call that is up: it is asked, by REFER, to call somebody else (RFC
 * 3515), or the far end of another call of ours (RFC 5589). MICROSIP_EV_TRANSFER tells each step,
 * MICROSIP_EV_DONE with MICROSIP_OP_TRANSFER the end. When they talk, our calls with them end
 * (MICROSIP_CAUSE_TRANSFERRED); where it fails, they are as they were. Nobody is put on hold by it:
 * who shall hear nothing meanwhile is held first, by microsip_hold. A far end that accepts and then
 * says nothing is given up after 32 seconds, 200 seconds after its last word, and ten minutes after
 * its REFER in any case; for the answer of a consult that rings a transfer waits as long as that
 * call does. A far end that accepts and then hangs up has gone to the other party: that is
 * MICROSIP_TRANSFER_DONE, and consult, whose place it takes, ends by its own far end, or by us 32
 * seconds later.
 * @param phone The phone.
 * @param call The call.
 * @param uri Whom, as microsip_dial takes it, but without digits behind a number; NULL with a
 * consult.
 * @param consult That other call, which is up, or was dialled and rings (the transfer waits for its
 * answer then); 0 with a uri.
 * @param o Headers, no_progress.
 * @param token The application's number for this command, told with its end; 0: none.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_STATE call is not MICROSIP_CONNECTED, consult is over or came in and is not
 * answered, or one of them is being transferred; microsip_last_error says which.
 * @retval MICROSIP_E_ARG uri and consult together, consult is call, a number without an account to
 * complete it, or a member of o that does not apply.
 * @retval MICROSIP_E_URI No address, or digits behind it.
 * @retval MICROSIP_E_BLOCKED The account's dial plan has no match.
 * @retval MICROSIP_E_TEXT o->headers are not lines of "Name: value\r\n", or name a header that the
 * library writes itself; or all of it does not fit a message.
 * @retval MICROSIP_E_FULL No request is free, or the end of one more command could not be kept.
 * @retval MICROSIP_E_UNSUPPORTED A library without MICROSIP_HAS_REFER.
 */
int32_t microsip_transfer(microsip_id phone,
                          microsip_id call,
                          const char *uri,
                          microsip_id consult,
                          const struct microsip_options *o,
                          uint64_t token);

/**
 * Ends all calls, as microsip_hangup does.
 * @param phone The phone.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_hangup_all(microsip_id phone);

/**
 * A call, in numbers. out->size must be set.
 * @param phone The phone.
 * @param call The call.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_call_info_get(microsip_id phone, microsip_id call, struct microsip_call_info *out);

/**
 * The statistics of a call's media: all zero when it had none. out->size must be set. Jitter, loss
 * and round trip as in RFC 3550.
 * @param phone The phone.
 * @param call The call.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_call_stats_get(microsip_id phone,
                                microsip_id call,
                                struct microsip_stats *out);

/**
 * The quality of a call's seconds, the oldest first: mean opinion scores in hundredths as in
 * microsip_stats; 0: nothing was to be heard in that second. When the memory is full (the
 * configuration's quality_seconds), each two values become one, with the worse of both.
 * @param phone The phone.
 * @param call The call.
 * @param mos_x100 The values, as many as cap.
 * @param cap The size of that room.
 * @param needed The room that it takes; may be NULL.
 * @param seconds_each The seconds that a value stands for (NULL: not asked for).
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_BUFFER There are more than cap, as needed says; the oldest are written.
 */
int32_t microsip_call_quality_get(microsip_id phone,
                                  microsip_id call,
                                  uint32_t *mos_x100,
                                  uint32_t cap,
                                  uint32_t *needed,
                                  uint32_t *seconds_each);

/**
 * Sends a script of digits: 0-9 * # A-D; a comma is a pause of a second, and with MICROSIP_HAS_INFO
 * p too, and w one of half a second; at most 32 of all may wait. All or none are taken. o has
 * settings of this script alone; what it does not set, or NULL, is the call's (its options), else
 * its account's, else the phone's. A pause is beside the gap behind the digit before it, and the
 * voice goes on in it. MICROSIP_EV_DIGIT_SENT tells the progress, MICROSIP_EV_DONE with the token
 * the end. By SIP INFO each digit waits for the response to the one before. What this side may not
 * send now is not kept for later: what it was to answer is over by then.
 * @param phone The phone.
 * @param call The call.
 * @param digits The digits.
 * @param o NULL, or the differences from the defaults.
 * @param token The application's number for this command, told with its end; 0: none.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG Another character, or a number of o out of its range.
 * @retval MICROSIP_E_STATE The call has no sound yet, or the far end holds it and digits do not go
 * by INFO, which goes all the same.
 * @retval MICROSIP_E_FULL Too many wait, or the end of one more command could not be kept.
 * @retval MICROSIP_E_UNSUPPORTED The far end takes no events, and the library makes no tones
 * (MICROSIP_HAS_TONES) or knows no INFO (MICROSIP_HAS_INFO).
 */
int32_t microsip_digits(microsip_id phone,
                        microsip_id call,
                        const char *digits,
                        const struct microsip_digit_options *o,
                        uint64_t token);

/**
 * Presses a key and holds it: its digit, behind those that wait, lasts until microsip_digit_stop,
 * ten minutes at most. As an event it goes in segments where it has to (RFC 4733 §2.5.1.3). By SIP
 * INFO it goes when it is let go, with its length, a minute at most. Settings are as of
 * microsip_digits, and those of this moment; the gap follows when it is let go. For the rest as
 * microsip_digits.
 * @param phone The phone.
 * @param call The call.
 * @param digit Its ASCII code.
 * @param o NULL, or the differences from the defaults.
 * @param token The application's number for this command, told with its end; 0: none.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG digit is none of 0 to 9, * # A B C D, or a number of o out of its range.
 * @retval MICROSIP_E_FULL A key is held already, or too many digits wait.
 * @retval MICROSIP_E_STATE As of microsip_digits.
 * @retval MICROSIP_E_UNSUPPORTED Without MICROSIP_HAS_INFO, too.
 */
int32_t microsip_digit_start(microsip_id phone,
                             microsip_id call,
                             uint32_t digit,
                             const struct microsip_digit_options *o,
                             uint64_t token);

/**
 * Lets the key go that is held: its digit ends, after 40 ms at the earliest. One whose turn has not
 * come gets the length that it was pressed with.
 * @param phone The phone.
 * @param call The call.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING None is held; its call may have been put on hold.
 */
int32_t microsip_digit_stop(microsip_id phone,
                            microsip_id call);
/** @} */
#endif

#if defined(MICROSIP_HOST)
/** @name Rules for incoming calls
 * @{ */

/**
 * Changes the rules for incoming calls of MICROSIP_SELF (the phone) or of an account: the members
 * of `rules` that are set, all of them or none. Calls that ring or are up keep the times that were
 * set for them.
 * @param phone The phone.
 * @param owner 0 or MICROSIP_SELF, or an account.
 * @param rules The rules to change; their texts are copied.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_URI A target of forward_to and its like cannot be called.
 * @retval MICROSIP_E_BLOCKED The account's dial plan does not allow one.
 * @retval MICROSIP_E_TEXT A text has controls, or the texts of one owner have more than 1024 bytes
 * (of an engine, its rule_bytes).
 * @retval MICROSIP_E_ARG A number is out of its range.
 * @retval MICROSIP_E_UNSUPPORTED Without MICROSIP_HAS_RULES, or in an engine that was made without
 * rule_bytes.
 */
int32_t microsip_rules_set(microsip_id phone,
                           microsip_id owner,
                           const struct microsip_rules *rules);

/**
 * The numbers in force for an account's calls, or of MICROSIP_SELF; 0: not set. Texts are NULL.
 * out->size must be set.
 * @param phone The phone.
 * @param owner 0 or MICROSIP_SELF, or an account.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_rules_get(microsip_id phone,
                           microsip_id owner,
                           struct microsip_rules *out);
/** @} */
#endif

#if defined(MICROSIP_HOST)
/** @name Messages
 * @{ */

/**
 * Sends a message (RFC 3428). Messages to one far end leave one after the other, each when the one
 * before it has its final response, so they arrive in their order. MICROSIP_EV_DONE with
 * MICROSIP_OP_SEND and the token tells its end; without a token only a failure has it. With its
 * headers one of more than 1300 bytes leaves by TCP or not at all (RFC 3428 8). When it is over its
 * slot is taken as soon as another one needs it.
 * @param phone The phone.
 * @param owner An account, or 0 for a direct one; or with m->uri NULL a call that is up, in whose
 * dialog it leaves.
 * @param m The message.
 * @param token Of the command.
 * @param message Its id; NULL: it is not wanted.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_URI No address, or digits behind it.
 * @retval MICROSIP_E_TEXT The headers or the type are none, or with its headers it would be longer
 * than max_message; microsip_last_error has its length and the longest that fits.
 * @retval MICROSIP_E_KIND owner is a call beside m->uri, or none without it.
 * @retval MICROSIP_E_FULL Every message is in use.
 * @retval MICROSIP_E_STATE The call is not up.
 * @retval MICROSIP_E_CLOSED After shutdown.
 * @retval MICROSIP_E_BLOCKED The account's dial plan has no match.
 * @retval MICROSIP_E_ARG A number without an account to complete it, or len 0 beside a body, or
 * above 60000.
 * @retval MICROSIP_E_UNSUPPORTED A library without MICROSIP_HAS_MESSAGE.
 */
int32_t microsip_message_send(microsip_id phone,
                              microsip_id owner,
                              const struct microsip_message *m,
                              uint64_t token,
                              microsip_id *message);

/**
 * Answers a message that came: its sender gets this status. A REFER is refused by it, with 300 to
 * 699; 0: 603. It stays readable until another message needs its slot.
 * @param phone The phone.
 * @param message The one that came.
 * @param code 200 to 699; 0: 200.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_STATE It waits for no answer: it has one, or is one of ours.
 * @retval MICROSIP_E_ARG Another code.
 */
int32_t microsip_message_answer(microsip_id phone,
                                microsip_id message,
                                uint32_t code);

/**
 * A message, in numbers. out->size must be set.
 * @param phone The phone.
 * @param message Of either way.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_message_info_get(microsip_id phone,
                                  microsip_id message,
                                  struct microsip_message_info *out);

/**
 * Tells the writer of a message that came what became of it (RFC 5438). Each leaves once: a second
 * call does nothing. It goes to the message's sender, by its call's dialog while that is up, and no
 * event tells its end. A direct sender that takes none gets no second one.
 * @param phone The phone.
 * @param message One that was accepted (2xx), and whose writer asks for it: `notices` of
 * microsip_message_info.
 * @param state MICROSIP_NOTICE_DELIVERED, which leaves by itself with MICROSIP_NOTICES_DELIVERY, or
 * MICROSIP_NOTICE_DISPLAYED, when a person has seen it.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_STATE It was not accepted, its writer did not ask, or it is none for people.
 * @retval MICROSIP_E_URI Its writer does not want to be known; or it came directly, in no call, and
 * the host in its From is not the address that it came from.
 * @retval MICROSIP_E_FULL Every message is in use.
 * @retval MICROSIP_E_CLOSED After shutdown.
 * @retval MICROSIP_E_UNSUPPORTED A library without MICROSIP_HAS_IMDN.
 */
int32_t microsip_message_notice(microsip_id phone,
                                microsip_id message,
                                uint32_t state);

/**
 * Tells a far end that a message to it is being written, or that none is (RFC 3994). owner, uri: as
 * owner and m->uri of microsip_message_send. The library keeps the times: one leaves at the first
 * key, and another once a minute while keys follow; 15 seconds behind the last one the far end is
 * told that none is being written, and a message to it says that, too. A far end that does not
 * understand them gets no more. No event tells their end; at most a quarter of max_messages are far
 * ends that are written to.
 * @param phone The phone.
 * @param owner 0 or MICROSIP_SELF, or an account.
 * @param uri The address to call.
 * @param state MICROSIP_COMPOSING_ACTIVE, for each key that is pressed; MICROSIP_COMPOSING_IDLE,
 * where what was written is deleted.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_URI As microsip_message_send.
 * @retval MICROSIP_E_KIND As microsip_message_send.
 * @retval MICROSIP_E_STATE As microsip_message_send.
 * @retval MICROSIP_E_BLOCKED As microsip_message_send.
 * @retval MICROSIP_E_ARG As microsip_message_send.
 * @retval MICROSIP_E_FULL As microsip_message_send.
 * @retval MICROSIP_E_CLOSED As microsip_message_send.
 * @retval MICROSIP_E_UNSUPPORTED A library without MICROSIP_HAS_IMDN.
 */
int32_t microsip_message_composing(microsip_id phone,
                                   microsip_id owner,
                                   const char *uri,
                                   uint32_t state);
/** @} */
#endif

#if defined(MICROSIP_HOST)
/** @name Subscriptions
 * @{ */

/**
 * Subscribes to a state (RFC 6665), and keeps the subscription: it is refreshed, and begun anew by
 * the rules of RFC 6665, until microsip_subscription_remove or an end for good.
 * MICROSIP_EV_SUBSCRIPTION tells its state, MICROSIP_EV_NOTIFY each change of what is watched.
 * @param phone The phone.
 * @param account 0: directly.
 * @param s What is watched.
 * @param subscription Its id.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_URI No address, or digits behind it.
 * @retval MICROSIP_E_TEXT The headers, the event or the types are none, do not fit, or stand beside
 * a package that brings its own.
 * @retval MICROSIP_E_FULL max_subscriptions are there, or every dialog is in use.
 * @retval MICROSIP_E_CLOSED After shutdown.
 * @retval MICROSIP_E_BLOCKED The account's dial plan has no match.
 * @retval MICROSIP_E_ARG The package, the switch, or a number without an account to complete it.
 * @retval MICROSIP_E_UNSUPPORTED A library without MICROSIP_HAS_SUBSCRIBE.
 */
int32_t microsip_subscription_add(microsip_id phone,
                                  microsip_id account,
                                  const struct microsip_subscription *s,
                                  microsip_id *subscription);

/**
 * Takes a subscription back: it ends at the far end too, and has no further events. Its id names
 * nothing from then on but for that; one that has ended goes at once.
 * @param phone The phone.
 * @param subscription Of ours.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_subscription_remove(microsip_id phone,
                                     microsip_id subscription);

/**
 * A subscription, in numbers. out->size must be set.
 * @param phone The phone.
 * @param subscription Of ours.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_subscription_info_get(microsip_id phone,
                                       microsip_id subscription,
                                       struct microsip_subscription_info *out);

/**
 * One of the tuples, calls or classes of messages that a subscription was told of; of a list the
 * parties, each with its own behind it. out->size must be set. Its texts are
 * MICROSIP_TXT_ENTRY_URI, _ENTRY_NAME, _NOTE, _REPLACES, _ENTRY_RESOURCE and _ENTRY_REASON with the
 * same index.
 * @param phone The phone.
 * @param subscription Of ours.
 * @param index From 0.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING There are no more.
 */
int32_t microsip_subscription_entry_get(microsip_id phone,
                                        microsip_id subscription,
                                        uint32_t index,
                                        struct microsip_entry *out);
/** @} */
#endif

#if defined(MICROSIP_HOST)
/** @name Those who watch us
 * @{ */

/**
 * Decides on a watcher (MICROSIP_EV_WATCHER) that is MICROSIP_SUB_PENDING, for whom the policy is
 * MICROSIP_POLICY_ASK. 300 to 699 refuse it, also one that is MICROSIP_SUB_ACTIVE: it learns that
 * it is not welcome.
 * @param phone The phone.
 * @param watcher One of this phone's.
 * @param code 200 to 299 let it in: it is told at once what it watches, and then each change.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_STATE It has ended; or is to be let in and was.
 * @retval MICROSIP_E_ARG The code is none of these.
 */
int32_t microsip_watcher_answer(microsip_id phone,
                                microsip_id watcher,
                                uint32_t code);

/**
 * A watcher, in numbers. out->size must be set. MICROSIP_TXT_REMOTE_URI and
 * MICROSIP_TXT_REMOTE_NAME are who it says it is.
 * @param phone The phone.
 * @param watcher One of this phone's; one that has ended can be read until it is released or its
 * slot is needed.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_watcher_info_get(microsip_id phone,
                                  microsip_id watcher,
                                  struct microsip_watcher_info *out);

/**
 * Counts the messages of one class in the mailbox that an account is for others (RFC 3842): those
 * who watch it are told, of several changes within a second once. Until the first call there is no
 * such mailbox, and who would watch it gets 404. What the account's own server says of our mailbox
 * is another thing: microsip_account_mailbox_get. NULL: the mailbox is empty.
 * @param phone The phone.
 * @param account 0: the mailbox of direct watchers.
 * @param entry message_class, 1 to 6, with its numbers, of which the urgent ones are part of the
 * others; its other members are not looked at.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG The class, or more urgent messages than there are.
 * @retval MICROSIP_E_FULL max_watchers is MICROSIP_NONE.
 * @retval MICROSIP_E_UNSUPPORTED A library without MICROSIP_HAS_NOTIFY.
 */
int32_t microsip_mailbox_set(microsip_id phone,
                             microsip_id account,
                             const struct microsip_entry *entry);
/** @} */
#endif

#if defined(MICROSIP_HOST)
/** @name Conferences
 * @{ */

/**
 * Makes an empty conference. All of its members hear each other. microsip_id_release dissolves it,
 * and its calls go on alone; microsip_hangup with its id ends all of its calls.
 * @param phone The phone.
 * @param tag The application's own number, which its events carry.
 * @param conference Its id.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_FULL max_conferences are there.
 * @retval MICROSIP_E_UNSUPPORTED max_conferences is none, or the library has no
 * MICROSIP_HAS_CONFERENCE.
 */
int32_t microsip_conference_create(microsip_id phone,
                                   uint64_t tag,
                                   microsip_id *conference);

/**
 * Lets a call, or MICROSIP_SELF (microphone and loudspeaker), join a conference; or changes its
 * part. It joins with its next 10 ms of sound, in any state but ended, hears all others and not
 * itself, and leaves with its end or for another conference: MICROSIP_EV_MEMBER. Its own source and
 * files that play into it are heard by it alone, beside the others; the microphone comes from
 * MICROSIP_SELF only, and an echo is silent.
 * @param phone The phone.
 * @param conference The conference.
 * @param member A call, or MICROSIP_SELF: the person at this phone.
 * @param m NULL: as it is.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_STATE The call has ended.
 * @retval MICROSIP_E_ARG No switch, or above 400 percent.
 */
int32_t microsip_conference_member_set(microsip_id phone,
                                       microsip_id conference,
                                       microsip_id member,
                                       const struct microsip_member *m);

/**
 * A member leaves: its call goes on alone, with its source.
 * @param phone The phone.
 * @param conference The conference.
 * @param member A call, or MICROSIP_SELF: the person at this phone.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING It is not in that conference.
 */
int32_t microsip_conference_member_remove(microsip_id phone,
                                          microsip_id conference,
                                          microsip_id member);

/**
 * The part that a member takes, and its level. out->size must be set.
 * @param phone The phone.
 * @param conference The conference.
 * @param member A call, or MICROSIP_SELF: the person at this phone.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING It is not in that conference.
 */
int32_t microsip_conference_member_get(microsip_id phone,
                                       microsip_id conference,
                                       microsip_id member,
                                       struct microsip_member *out);
/** @} */
#endif

#if defined(MICROSIP_HOST)
/** @name Sound
 * @{ */

/**
 * Takes a snapshot of the machine's sound devices of one side, MICROSIP_DEV_INPUT or _OUTPUT (_RING
 * has those of _OUTPUT): the system's default, sound servers, cards. With MICROSIP_DEV_ALL added,
 * ALSA's plugins too, which can be opened just as well. It may block for seconds.
 * @param phone The phone.
 * @param dev MICROSIP_DEV_*.
 * @param count Their number.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_device_scan(microsip_id phone,
                             uint32_t dev,
                             uint32_t *count);

/**
 * Chooses a device: an id, "" or NULL for the system's default, "null" for silence with a clock,
 * "wav:PATH" for a file that is played (input) or written (output). Of MICROSIP_DEV_RING "" or NULL
 * is the loudspeaker's, where that is a card, else none. It switches in mid-call and returns at
 * once. MICROSIP_EV_DEVICE says whether it could be opened; calls go on with the null device where
 * not.
 * @param phone The phone.
 * @param dev MICROSIP_DEV_*.
 * @param id The device.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_device_set(microsip_id phone,
                            uint32_t dev,
                            const char *id);

/**
 * Plays a sound into a call, or to all members of a conference. It is mixed with the call's source,
 * which goes on: where the sound is to be heard alone, the source is MICROSIP_SRC_SILENCE. It is
 * opened before this returns, and read while it plays; a pipe is read to its end first, at most 64
 * MB, and waits for who writes to it. It replaces the sound that plays there. MICROSIP_EV_DONE with
 * MICROSIP_OP_PLAY and the token follows at its end. With MICROSIP_PLAY_CHECK nothing is played and
 * no event follows, and target may be MICROSIP_SELF: a file that cannot be played is found before a
 * call is made.
 * @param phone The phone.
 * @param target A call or a conference.
 * @param s The sound.
 * @param token The application's number for this command, told with its end; 0: none.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_FILE It cannot be opened or read.
 * @retval MICROSIP_E_FORMAT It is no such WAV file.
 * @retval MICROSIP_E_STATE The call has ended.
 * @retval MICROSIP_E_FULL The end of one more command could not be kept.
 */
int32_t microsip_sound_play(microsip_id phone,
                            microsip_id target,
                            const struct microsip_sound *s,
                            uint64_t token);

/**
 * Stops the sound that plays there: its end is MICROSIP_E_CANCELLED.
 * @param phone The phone.
 * @param target A call or a conference.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING None plays.
 * @retval MICROSIP_E_STATE The call has ended.
 */
int32_t microsip_sound_stop(microsip_id phone,
                            microsip_id target);

/**
 * Records a call, or the whole of a conference, to a WAV file of 16 bits at the phone's rate. It
 * replaces a recording that runs, and ends with the call or the conference. MICROSIP_EV_DONE with
 * MICROSIP_OP_RECORD and the token follows when the file is complete, or (MICROSIP_E_FILE) could
 * not be written on.
 * @param phone The phone.
 * @param target A call or a conference.
 * @param path The file.
 * @param sides MICROSIP_SIDES_*; of a conference our sound is what plays there and what
 * microsip_pcm_write gives, the peer's that of all members.
 * @param token The application's number for this command, told with its end; 0: none.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_FILE It cannot be made.
 * @retval MICROSIP_E_STATE The call has ended.
 * @retval MICROSIP_E_FULL The end of one more command could not be kept.
 */
int32_t microsip_record_start(microsip_id phone,
                              microsip_id target,
                              const char *path,
                              uint32_t sides,
                              uint64_t token);

/**
 * Stops the recording; its file is complete shortly after, with MICROSIP_EV_DONE.
 * @param phone The phone.
 * @param target A call or a conference.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING None runs.
 */
int32_t microsip_record_stop(microsip_id phone,
                             microsip_id target);

/**
 * Gives PCM (s16, mono, the phone's rate) to a call whose source is MICROSIP_SRC_PCM, or to all
 * members of a conference. Samples that are missing at their time are silence, and counted
 * (pcm_underrun). NULL with 0 samples throws away those that were not sent yet.
 * @param phone The phone.
 * @param target A call or a conference.
 * @param pcm The samples.
 * @param samples The number of samples.
 * @param wait_ms The longest wait for room (0: none), which paces a loop that writes.
 * @param taken The number of samples taken; the ring holds pcm_ms of the configuration.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_STATE The call has ended, or hears another source, on hold too.
 */
int32_t microsip_pcm_write(microsip_id phone,
                           microsip_id target,
                           const int16_t *pcm,
                           uint32_t samples,
                           uint32_t wait_ms,
                           uint32_t *taken);

/**
 * Reads the sound of a call's peer, or of all members of a conference without what
 * microsip_pcm_write gives (s16, mono, the phone's rate), from the first such call on. Samples that
 * are not fetched in time give way, the oldest first, and are counted (pcm_overrun).
 * @param phone The phone.
 * @param target A call or a conference.
 * @param pcm The samples.
 * @param samples The number of samples.
 * @param wait_ms The longest wait for all of them (0: none).
 * @param got The number of samples; the ring holds pcm_ms of the configuration.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_STATE The call has ended.
 */
int32_t microsip_pcm_read(microsip_id phone,
                          microsip_id target,
                          int16_t *pcm,
                          uint32_t samples,
                          uint32_t wait_ms,
                          uint32_t *got);

/**
 * Chooses the source of the sound that the peer hears: MICROSIP_SRC_*. It switches with the next 10
 * ms; a playing file lies over each of them.
 * @param phone The phone.
 * @param target The call.
 * @param source MICROSIP_SRC_*.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG Another number.
 * @retval MICROSIP_E_STATE The call has ended.
 */
int32_t microsip_source_set(microsip_id phone,
                            microsip_id target,
                            uint32_t source);

/**
 * Chooses the sound that a far end hears while we hold it, MICROSIP_MUSIC_*: it begins with the
 * hold, ends with it, and changes at once where one is on hold. Mute and volume of our sound are
 * not for it; a file that plays lies over it. In a conference the far end of a member on hold hears
 * its music and no member, the members hear nothing of it, and it stays a member until it leaves. A
 * file is opened, read as a whole and brought to the phone's rate before this returns, which takes
 * a while for a long one; a pipe waits for who writes to it.
 * @param phone The phone.
 * @param target A call; or MICROSIP_SELF: all calls, and those to come.
 * @param music MICROSIP_MUSIC_*.
 * @param path With MICROSIP_MUSIC_FILE, a WAV file, of which at most 64 MB at the phone's rate are
 * kept (an hour at 8000); else NULL.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG Another number; MICROSIP_MUSIC_FILE without a path, or a path with another
 * music.
 * @retval MICROSIP_E_FILE It cannot be opened or read.
 * @retval MICROSIP_E_FORMAT It is no such WAV file, or too long.
 * @retval MICROSIP_E_STATE The call has ended.
 * @retval MICROSIP_E_UNSUPPORTED Without MICROSIP_HAS_REOFFER; a file of an engine, whose music is
 * that of microsip_engine_audio.
 */
int32_t microsip_music_set(microsip_id phone,
                           microsip_id target,
                           uint32_t music,
                           const char *path);

/**
 * Silences our sound (MICROSIP_ON), or not (MICROSIP_OFF). Packets go on.
 * @param phone The phone.
 * @param target A call; or MICROSIP_SELF: all calls, and those to come.
 * @param on MICROSIP_ON or MICROSIP_OFF.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG on is another number.
 * @retval MICROSIP_E_STATE The call has ended.
 */
int32_t microsip_mute_set(microsip_id phone,
                          microsip_id target,
                          uint32_t on);

/**
 * The volume of one side, dev MICROSIP_DEV_INPUT (our sound) or _OUTPUT (the peer's), in percent:
 * 100 is as it came, 400 the most.
 * @param phone The phone.
 * @param target A call; or MICROSIP_SELF: all calls, and those to come, and with MICROSIP_DEV_RING
 * the ring.
 * @param dev MICROSIP_DEV_*.
 * @param percent The volume.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG More than 400, or another side.
 * @retval MICROSIP_E_STATE The call has ended.
 */
int32_t microsip_volume_set(microsip_id phone,
                            microsip_id target,
                            uint32_t dev,
                            uint32_t percent);

/**
 * Changes the tones that the phone plays by itself: the members of t that are set, all of them or
 * none. A ring that sounds goes on as it is.
 * @param phone The phone.
 * @param t The tones to change; their texts are copied.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG A number is out of its range, or no such country is known.
 * @retval MICROSIP_E_FILE ring_path cannot be played.
 * @retval MICROSIP_E_FORMAT ring_path cannot be played.
 * @retval MICROSIP_E_UNSUPPORTED Without MICROSIP_HAS_TONES; ring_path of an engine, which takes
 * its ring by microsip_engine_audio.
 */
int32_t microsip_tones_set(microsip_id phone,
                           const struct microsip_tones *t);

/**
 * The tones that the phone plays by itself, in numbers; play is MICROSIP_NONE where it plays none.
 * Texts are NULL: MICROSIP_TXT_COUNTRY has the country. out->size must be set.
 * @param phone The phone.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_tones_get(microsip_id phone,
                           struct microsip_tones *out);

/**
 * Plays a tone of the country that microsip_tones_set has chosen to the person at the phone, in
 * place of one that this has begun already; nobody else hears it. It goes on until
 * microsip_tone_stop, but for the beep, which is over by itself. The ring sounds on the ring
 * device, as for a call; the others in the loudspeaker, before those that the phone plays by
 * itself.
 * @param phone The phone.
 * @param tone MICROSIP_TONE_*.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG Another number.
 * @retval MICROSIP_E_UNSUPPORTED Without MICROSIP_HAS_TONES.
 * @retval MICROSIP_E_STATE The phone was shut down.
 */
int32_t microsip_tone_start(microsip_id phone,
                            uint32_t tone);

/**
 * Plays a tone into a call, whose far end hears it, or to all members of a conference, in place of
 * one that this has begun there: a MICROSIP_TONE_* of the country that microsip_tones_set has
 * chosen, but not the ring; or a key by its ASCII code, '0' to '9', '*', '#', 'A' to 'D': its pair
 * of frequencies, which is a sound and no digit. It lies over the sound of the call's source and
 * over a file that plays there, which go on, so mute and volume of our sound are for it too: where
 * it is to be heard alone, the source is MICROSIP_SRC_SILENCE. It begins with the call's media, and
 * waits while the far end holds us, for nobody would hear it; over our own hold it is heard. In a
 * conference it goes on for as long as a call is a member. MICROSIP_EV_DONE with MICROSIP_OP_TONE
 * and the token follows at its end.
 * @param phone The phone.
 * @param target A call or a conference.
 * @param tone MICROSIP_TONE_*.
 * @param ms Its length, a day at most; 0: until microsip_tone_stop, but for the beep, which is over
 * by itself.
 * @param token The application's number for this command, told with its end; 0: none.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG Another number, more than a day, or MICROSIP_SELF.
 * @retval MICROSIP_E_STATE The call has ended, or no call is a member of the conference.
 * @retval MICROSIP_E_FULL The end of one more command could not be kept.
 * @retval MICROSIP_E_UNSUPPORTED Without MICROSIP_HAS_TONES.
 */
int32_t microsip_tone_play(microsip_id phone,
                           microsip_id target,
                           uint32_t tone,
                           uint32_t ms,
                           uint64_t token);

/**
 * Ends the tone of microsip_tone_play in a call or a conference, or, with MICROSIP_SELF, that of
 * microsip_tone_start: it fades.
 * @param phone The phone.
 * @param target MICROSIP_SELF, a call or a conference.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING None plays.
 */
int32_t microsip_tone_stop(microsip_id phone,
                           microsip_id target);
/** @} */
#endif

/** @name Engines: versions and errors
 * @{ */

/**
 * The text of this engine's latest failed call: the function, what was wrong, with what value, and
 * what to do; of a library that was built without the feature sentences, the result in words. After
 * a failed microsip_engine_init() e is its mem. It never holds a password.
 * @param e The engine.
 * @param buf Room for the text with its NUL, or NULL with cap 0.
 * @param cap The size of that room.
 * @param needed Its bytes with the NUL.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_BUFFER cap is smaller.
 */
int32_t microsip_engine_last_error(struct microsip_engine *e,
                                   char *buf,
                                   uint32_t cap,
                                   uint32_t *needed);
/** @} */

/** @name Engines: making and ending one
 * @{ */

/**
 * Begins the end: calls get BYE or CANCEL, registrations are taken back, nothing new begins
 * (MICROSIP_E_CLOSED). MICROSIP_EV_CLOSED follows when that is done.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_engine_shutdown(struct microsip_engine *e,
                                 uint64_t now_us);

/**
 * The bytes that an engine of that configuration takes (c->size must be set).
 * @param c The configuration; its size must be set.
 * @param bytes The number of bytes.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG A member of c.
 * @retval MICROSIP_E_NEWER A member of c.
 * @retval MICROSIP_E_UNSUPPORTED Its rate or max_flows, in a library without the feature resample
 * or stream.
 */
int32_t microsip_engine_size_get(const struct microsip_engine_config *c,
                                 uint32_t *bytes);

/**
 * Makes an engine in the caller's memory, which is aligned to 8, stays where it is, and is the
 * engine's as long as it is used; *e is its address. There is nothing to destroy: stop calling, or
 * make it anew. Ask the engine then for its first asks: it wants to know its local addresses. Where
 * it fails, microsip_engine_last_error of mem has the reason.
 * @param abi MICROSIP_ABI_VERSION.
 * @param mem The memory.
 * @param bytes At least the size from microsip_engine_size_get.
 * @param c The configuration; its size must be set.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param e The engine.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ABI Another header's version.
 * @retval MICROSIP_E_BUFFER Too few bytes.
 * @retval MICROSIP_E_ARG mem is not aligned, the seed is all zero, or a number of c is out of its
 * range.
 * @retval MICROSIP_E_UNSUPPORTED Its rate, in a library without the feature resample; or
 * c->info_packages in an engine without messages.
 */
int32_t microsip_engine_init(uint32_t abi,
                             void *mem,
                             uint32_t bytes,
                             const struct microsip_engine_config *c,
                             uint64_t now_us,
                             struct microsip_engine **e);
/** @} */

/** @name Engines: the network
 * @{ */

/**
 * The SIP address to tell others: that of the first interface that leaves the machine, else of
 * loopback.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param which MICROSIP_ADDRESS_V4 or _V6.
 * @param out Filled by the function.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING There is none of that family.
 */
int32_t microsip_engine_address_get(struct microsip_engine *e,
                                    uint64_t now_us,
                                    uint32_t which,
                                    struct microsip_addr *out);
/** @} */

/** @name Engines: bytes, time and sound in; bytes, events and asks out
 * @{ */

/**
 * Time has passed. Too early or too often does no harm. It does a bounded number of things: ask
 * microsip_engine_poll_timeout again.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_engine_timeout(struct microsip_engine *e, uint64_t now_us);

/**
 * The next event. Fetching it releases nothing: see microsip_engine_id_release. ev->size must be
 * set.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param ev Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING There is none.
 */
int32_t microsip_engine_poll_event(struct microsip_engine *e,
                                   uint64_t now_us,
                                   struct microsip_event *ev);

/**
 * The latest time to call microsip_engine_timeout, on the clock of now_us; 0: drain again now.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param when_us The time.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING There is nothing to wait for, and the board may sleep until a packet or
 * a key.
 */
int32_t microsip_engine_poll_timeout(struct microsip_engine *e,
                                     uint64_t now_us,
                                     uint64_t *when_us);

/**
 * The reply to an ask, at any later time; a reply that is not waited for any more is ignored. With
 * ask 0 it is news: local addresses have changed (result 0; all of them), or a far end is
 * unreachable (an error; its address, as in an ICMP error).
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param r The reply; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_engine_reply(struct microsip_engine *e,
                              uint64_t now_us,
                              const struct microsip_reply *r);

/**
 * The next ask of the engine (ask->size must be set). Call it until there is none, after every
 * input and command.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param ask Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING There is none.
 */
int32_t microsip_engine_poll_ask(struct microsip_engine *e,
                                 uint64_t now_us,
                                 struct microsip_ask *ask);

/**
 * News of a stream: one was opened for MICROSIP_ASK_CONNECT, or could not be; one was accepted; one
 * is full or gone. A stream that is not known any more is no error. Bytes that come over it go to
 * microsip_engine_sip with its number, and microsip_engine_poll_transmit gives those that leave.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param f The stream; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG A member of f.
 * @retval MICROSIP_E_FULL max_flows are up; close it.
 * @retval MICROSIP_E_UNSUPPORTED A library without streams, or max_flows is 0.
 */
int32_t microsip_engine_flow(struct microsip_engine *e,
                             uint64_t now_us,
                             const struct microsip_flow *f);

/**
 * The next line of the log, in the order of events. Call it after every input and command, if the
 * configuration's log_records asks for lines. l->size must be set. The text is cut where cap bytes,
 * its NUL among them, have no room for it; 256 are enough for nearly all. No line holds a password.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param l Filled by the function; its size must be set.
 * @param buf Room for the text with its NUL, or NULL with cap 0.
 * @param cap The size of that room.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING There is none.
 */
int32_t microsip_engine_poll_log(struct microsip_engine *e,
                                 uint64_t now_us,
                                 struct microsip_log *l,
                                 char *buf,
                                 uint32_t cap);

/**
 * A SIP datagram came, from->remote to from->local; or bytes lie there that came over the stream
 * from->flow. One that is no SIP, or belongs to no call or account, is counted and no error. *taken
 * (may be NULL): the number of bytes that are done with; of a stream's give the rest then, again
 * and again. It may be more than len there: the rest of a message that is too long is to be dropped
 * as it comes. A stream's pings are answered.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param from The source of the datagram.
 * @param p The bytes.
 * @param len The number of bytes.
 * @param taken The number taken.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_DRAIN None was taken, for a response waits to be sent; drain
 * microsip_engine_poll_transmit, then give the bytes again, or drop them, if they are a datagram.
 * @retval MICROSIP_MORE A stream's message is not complete; give its bytes again with more, for
 * which a buffer of max_message is enough.
 * @retval MICROSIP_CLOSE A stream cannot be read on; close it, and tell MICROSIP_FLOW_DOWN.
 */
int32_t microsip_engine_sip(struct microsip_engine *e,
                            uint64_t now_us,
                            const struct microsip_origin *from,
                            const uint8_t *p,
                            uint32_t len,
                            uint32_t *taken);

/**
 * An RTP or RTCP datagram came to that local port. Its bytes may be changed. One that belongs to no
 * call is counted and no error.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param local_port The local port that it came to.
 * @param from The source of the datagram.
 * @param p The bytes.
 * @param len The number of bytes.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_engine_media(struct microsip_engine *e,
                              uint64_t now_us,
                              uint32_t local_port,
                              const struct microsip_addr *from,
                              uint8_t *p,
                              uint32_t len);

/**
 * The next packet to send into buf, voice first; o->len is its length. Call it until there is none,
 * after every input and command.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param o Its way and its length; its size must be set.
 * @param buf Room for the packet.
 * @param cap The size of that room.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING There is none.
 * @retval MICROSIP_E_BUFFER o->len bytes are needed, and it stays.
 */
int32_t microsip_engine_poll_transmit(struct microsip_engine *e,
                                      uint64_t now_us,
                                      struct microsip_out *o,
                                      uint8_t *buf,
                                      uint32_t cap);

/**
 * One or more quanta of 10 ms (s16, mono, the engine's rate): the microphone's in, the
 * loudspeaker's out. NULL is silence, or unheard; one memory cannot be both. Of MICROSIP_RING the
 * ring device's out, or mic in place of the usual ring, where it is not NULL; the result
 * MICROSIP_NOTHING says that it is silence, and nothing more comes until MICROSIP_ASK_AUDIO_ON. Of
 * MICROSIP_HELD mic is the music of the next 10 ms for far ends on hold (microsip_music_set), rate
 * / 100 samples, for one call with MICROSIP_SELF of as many; without it they hear nothing.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param target MICROSIP_SELF, the person's devices; MICROSIP_RING, the ring device; or
 * MICROSIP_HELD, whose speaker is NULL.
 * @param mic The microphone's sound, or NULL for silence.
 * @param speaker Room for the loudspeaker's sound, or NULL.
 * @param samples The number of samples.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG samples is no multiple of rate / 100, or above 160 ms; mic and speaker
 * overlap; speaker is not NULL with MICROSIP_HELD.
 */
int32_t microsip_engine_audio(struct microsip_engine *e,
                              uint64_t now_us,
                              microsip_id target,
                              const int16_t *mic,
                              int16_t *speaker,
                              uint32_t samples);
/** @} */

/** @name Engines: the log
 * @{ */

/**
 * Sets the level of microsip_engine_poll_log, at any time: MICROSIP_LOG_*; at first it is
 * MICROSIP_LOG_DEBUG, which is all. Records are kept where the configuration's log_records asks for
 * them.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param level MICROSIP_LOG_*.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_engine_log_set(struct microsip_engine *e,
                                uint64_t now_us,
                                uint32_t level);
/** @} */

/** @name Engines: any object
 * @{ */

/**
 * The phone, in numbers.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_engine_info_get(struct microsip_engine *e,
                                 uint64_t now_us,
                                 struct microsip_info *out);

/**
 * Error and overload counters since the phone's creation. out->size must be set.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_engine_counters_get(struct microsip_engine *e,
                                     uint64_t now_us,
                                     struct microsip_counters *out);

/**
 * The ids of a kind: MICROSIP_KIND_CALL, _MESSAGE and _SUBSCRIPTION, ended ones that were not
 * released among them, MICROSIP_KIND_ACCOUNT or MICROSIP_KIND_CONFERENCE.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param kind MICROSIP_KIND_*.
 * @param owner 0; or an account: those of its own only; or a conference: its members, MICROSIP_SELF
 * among them, with MICROSIP_KIND_CALL.
 * @param ids Room for cap of them, or NULL with 0.
 * @param cap The size of that room.
 * @param needed Their number.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_BUFFER More than cap.
 */
int32_t microsip_engine_ids_get(struct microsip_engine *e,
                                uint64_t now_us,
                                uint32_t kind,
                                microsip_id owner,
                                microsip_id *ids,
                                uint32_t cap,
                                uint32_t *needed);

/**
 * A text of a call, an account, a message, a subscription or MICROSIP_SELF.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param object The one that the text is of, as MICROSIP_TXT_* says.
 * @param which MICROSIP_TXT_*.
 * @param index 0, but where the text says otherwise.
 * @param buf Room for the text with its NUL, or NULL with cap 0.
 * @param cap The size of that room.
 * @param needed Its bytes with the NUL.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING There is none.
 * @retval MICROSIP_E_BUFFER cap is smaller.
 */
int32_t microsip_engine_text_get(struct microsip_engine *e,
                                 uint64_t now_us,
                                 microsip_id object,
                                 uint32_t which,
                                 uint32_t index,
                                 char *buf,
                                 uint32_t cap,
                                 uint32_t *needed);

/**
 * The nth header field (from 0) of that name, long or short form, in a message that came for a
 * call; name "": its first line. A message is there with the event that it causes, so sip_code of
 * the event names a response. Kept are the first message, for as long as the call can be read, and
 * the latest ones, three of full length or more shorter ones; of each the header, cut where it is
 * longer than max_message (1024 bytes where max_calls is above 64, kept_bytes in an engine). Those
 * that came for it are: INVITE, ACK, PRACK, UPDATE, INFO, CANCEL, BYE; responses to INVITE, and
 * final ones to our re-INVITE and UPDATE; but none that was answered with credentials.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param object The call; or a message, whatever which says: one that came, or the response to one
 * of ours (its Retry-After, say); or a subscription, whatever which says: the last final response
 * to its SUBSCRIBE, or the NOTIFY that ended it, until a notification brings something new, and cut
 * where its block (subscription_bytes in an engine) has no room.
 * @param which MICROSIP_FIRST to MICROSIP_BYE; a status from 100 to 699, which is the last response
 * with it; or MICROSIP_NTH + n.
 * @param name The name of the header.
 * @param nth Which of them, from 0.
 * @param buf Room for the text with its NUL, or NULL with cap 0.
 * @param cap The size of that room.
 * @param needed Its bytes with the NUL.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING No such message is kept, or it has no such field.
 * @retval MICROSIP_E_BUFFER cap is smaller.
 * @retval MICROSIP_E_ARG which names no message.
 * @retval MICROSIP_E_UNSUPPORTED An engine without kept_bytes.
 */
int32_t microsip_engine_header_get(struct microsip_engine *e,
                                   uint64_t now_us,
                                   microsip_id object,
                                   uint32_t which,
                                   const char *name,
                                   uint32_t nth,
                                   char *buf,
                                   uint32_t cap,
                                   uint32_t *needed);

/**
 * The body of a message, of either way, or of a subscription's last notification until another one
 * comes for any subscription. Of the messages that made a call the header alone is kept
 * (microsip_engine_header_get); a MESSAGE that came in a call is an object of its own.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param object The message or subscription.
 * @param buf Room for cap bytes, or NULL with 0.
 * @param cap The size of that room.
 * @param needed Its bytes; no NUL follows them.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING It has none.
 * @retval MICROSIP_E_BUFFER cap is smaller.
 * @retval MICROSIP_E_KIND Another object, such as a call.
 */
int32_t microsip_engine_body_get(struct microsip_engine *e,
                                 uint64_t now_us,
                                 microsip_id object,
                                 void *buf,
                                 uint32_t cap,
                                 uint32_t *needed);

/**
 * Gives an object the application's own number, which its events carry from then on.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param object The call, account, conference, message, subscription or watcher.
 * @param tag The application's own number.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_engine_tag_set(struct microsip_engine *e,
                                uint64_t now_us,
                                microsip_id object,
                                uint64_t tag);

/**
 * Gives an ended call's slot back: it cannot be read any more. Not released, it stays readable
 * until a new call needs its slot: the one that ended first goes first, with MICROSIP_EV_LOST.
 * Fetching events, or having them in a callback, releases nothing. A message that came and was not
 * answered is answered with 200, a REFER with 603; a subscription that has ended can be read until
 * then. Of a conference: it is dissolved, its calls go on alone, and a recording and a sound of it
 * end.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param object The call, account, conference, message, subscription or watcher.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_STATE A call or subscription that has not ended, or a message of ours that has
 * not, or whose end was not fetched.
 */
int32_t microsip_engine_id_release(struct microsip_engine *e, uint64_t now_us, microsip_id object);
/** @} */

/** @name Engines: accounts
 * @{ */

/**
 * Adds an account; it registers at once unless `registers` is off, and is kept registered until it
 * is removed or the phone ends. MICROSIP_EV_ACCOUNT has its states.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param a Texts are copied.
 * @param account Its id.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_URI uri, registrar or proxy is no SIP URI.
 * @retval MICROSIP_E_ARG a number is out of range (a->session_expires or a->min_se from 1 to 89,
 * say).
 * @retval MICROSIP_E_FULL max_accounts are there.
 * @retval MICROSIP_E_TEXT a text is too long or has controls.
 * @retval MICROSIP_E_NO_CODEC a->codecs has a codec that this library does not have, or this phone
 * has no memory for.
 * @retval MICROSIP_E_UNSUPPORTED a->info_packages in a phone without messages.
 * @retval MICROSIP_E_BLOCKED The dial plan does not allow a target of a->rules.
 */
int32_t microsip_engine_account_add(struct microsip_engine *e,
                                    uint64_t now_us,
                                    const struct microsip_account *a,
                                    microsip_id *account);

/**
 * Changes the members of an account that `a` sets: 0 and NULL leave a member as it is, "" puts a
 * text back to its default. All of it is changed or nothing. Id, calls and registration stay; it
 * registers anew only where its uri, registrar, proxy, credentials, Contact or expires have
 * changed, at once even where the last try had failed. A binding under the uri or at the registrar
 * of before runs out there by itself. With `registers` the registration is taken back or begun.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param account The account.
 * @param a The account's settings; its texts are copied.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_URI As for microsip_engine_account_add.
 * @retval MICROSIP_E_ARG As for microsip_engine_account_add.
 * @retval MICROSIP_E_TEXT As for microsip_engine_account_add.
 * @retval MICROSIP_E_NO_CODEC As for microsip_engine_account_add.
 * @retval MICROSIP_E_UNSUPPORTED As for microsip_engine_account_add.
 * @retval MICROSIP_E_BLOCKED As for microsip_engine_account_add.
 * @retval MICROSIP_E_STATE The phone was shut down.
 */
int32_t microsip_engine_account_update(struct microsip_engine *e,
                                       uint64_t now_us,
                                       microsip_id account,
                                       const struct microsip_account *a);

/**
 * Removes an account: its registration is taken back (Expires: 0), its calls go on. Its id is stale
 * once MICROSIP_EV_ACCOUNT with its end has come.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param account The account.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_engine_account_remove(struct microsip_engine *e,
                                       uint64_t now_us,
                                       microsip_id account);

/**
 * Registers now, and keeps registered: refreshed before it runs out, and after a failure tried
 * again when Retry-After says, else after waits that grow from 30 seconds to 30 minutes (RFC 5626
 * 4.5), after 403, 404 and their like from 5 minutes to an hour. A wrong password is not tried
 * again by itself. MICROSIP_EV_DONE with the token has the result of the first try; while a
 * REGISTER is under way the token joins it.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param account The account.
 * @param token The application's number for this command, told with its end; 0: none.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_STATE The account does not register.
 * @retval MICROSIP_E_FULL The end of one more command could not be kept.
 */
int32_t microsip_engine_account_register(struct microsip_engine *e,
                                         uint64_t now_us,
                                         microsip_id account,
                                         uint64_t token);

/**
 * Takes the registration back (Expires: 0); the account stays, and may call. MICROSIP_EV_ACCOUNT
 * with MICROSIP_UNREGISTERED follows, and MICROSIP_EV_DONE with the token.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param account The account.
 * @param token The application's number for this command, told with its end; 0: none.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_FULL The end of one more command could not be kept.
 */
int32_t microsip_engine_account_unregister(struct microsip_engine *e,
                                           uint64_t now_us,
                                           microsip_id account,
                                           uint64_t token);

/**
 * Sets the presence of an account's own party, publishes it (RFC 3903) and keeps it published:
 * refreshed before it runs out, published anew where the server has forgotten it, and after a
 * failure tried again as a registration is. Documents leave at least five seconds after each other,
 * and what changes meanwhile is one. While the account registers, or fails to, nothing leaves. It
 * is taken back with the account, and at the end of the phone. MICROSIP_EV_DONE with the token has
 * the result of the first try, MICROSIP_EV_PUBLICATION what becomes of it. In a library without
 * MICROSIP_HAS_PUBLISH it is told to those who watch this phone, and done at once.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param account The account.
 * @param p NULL, or a state of 0: it is taken back; an account that publishes by itself then does
 * that.
 * @param token The application's number for this command, told with its end; 0: none.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG p->state, p->activity or p->on_phone is out of range.
 * @retval MICROSIP_E_TEXT p->note is too long or has controls.
 * @retval MICROSIP_E_FULL The end of one more command could not be kept; of an engine, too:
 * max_publications are there.
 * @retval MICROSIP_E_CLOSED The phone was shut down.
 * @retval MICROSIP_E_UNSUPPORTED The library can do neither.
 */
int32_t microsip_engine_account_publish(struct microsip_engine *e,
                                        uint64_t now_us,
                                        microsip_id account,
                                        const struct microsip_presence *p,
                                        uint64_t token);

/**
 * An account, in numbers. out->size must be set.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param account The account.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_engine_account_info_get(struct microsip_engine *e,
                                         uint64_t now_us,
                                         microsip_id account,
                                         struct microsip_account_info *out);

/**
 * One of the classes of messages in the mailbox of an account, as its own server described it last.
 * out->size must be set.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param account The account.
 * @param index From 0.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING There are no more, as where it gave no numbers.
 */
int32_t microsip_engine_account_mailbox_get(struct microsip_engine *e,
                                            uint64_t now_us,
                                            microsip_id account,
                                            uint32_t index,
                                            struct microsip_entry *out);
/** @} */

/** @name Engines: calls
 * @{ */

/**
 * Calls `sip:user@host`, sips:, tel:, `user@host`, or a number or name that the account's domain
 * completes. White space around it is left out. Of a number, the separators that people write
 * (space - . ( ) /) are left out, and with MICROSIP_HAS_NUMBERS the account's prefix and dial plan
 * are applied, tel:, callto: and quotes left out, escapes decoded, and digits behind a comma are
 * sent a second after the answer (each further comma is a second); MICROSIP_TXT_REMOTE_URI is what
 * became of it. NULL, with MICROSIP_HAS_NUMBERS: the target that this account dialled last
 * (MICROSIP_TXT_DIALLED), without the digits behind it; for account 0 that of all calls, by the
 * account that dialled it. account 0: directly, without an account. It returns before anything is
 * looked up or sent; MICROSIP_EV_CALL has each state and the end, with the SIP status and a result.
 * Unanswered calls are cancelled after three minutes without a response (RFC 3261 16.6). With
 * o->refer, o->replaces or o->pickup, of which one may be set, the call is made for a REFER or
 * takes another's place.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param account The account.
 * @param uri The address to call.
 * @param o NULL, or the differences from the defaults.
 * @param call Its id.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_URI No address, or no digits behind it.
 * @retval MICROSIP_E_BLOCKED The dial plan has no match for it, or it is a number for help with
 * o->pickup or o->replaces.
 * @retval MICROSIP_E_ARG It needs an account, or o has a number out of range (o->session_expires or
 * o->min_se from 1 to 89, say), or o->location_use without a location.
 * @retval MICROSIP_E_TEXT o->headers are not lines of "Name: value\r\n", name a header that the
 * library writes itself, a text is too long or has control characters, or o->location finds no room
 * in the INVITE.
 * @retval MICROSIP_E_FULL max_calls are there; for a call for help (`emergency` of
 * microsip_account) only where each of them is one, too, for any other gives way.
 * @retval MICROSIP_E_NO_CODEC o->codecs has a codec that this library does not have, or this phone
 * has no memory for.
 * @retval MICROSIP_E_UNSUPPORTED o->info_packages in a phone without messages.
 * @retval MICROSIP_E_CLOSED After shutdown, to a call for help, too.
 * @retval MICROSIP_E_STATE uri is NULL, and nothing that was dialled is kept; or o->refer was
 * answered, or o->replaces is not up.
 */
int32_t microsip_engine_dial(struct microsip_engine *e,
                             uint64_t now_us,
                             microsip_id account,
                             const char *uri,
                             const struct microsip_options *o,
                             microsip_id *call);

/**
 * Answers an incoming call. A call that is not answered within ten minutes, or the time that the
 * caller gives it, is refused with 487. An answer of which a member is refused leaves all of them
 * as they were.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param call The call.
 * @param code 200 or 0 takes it, 183 lets it hear our sound before (until its far end's address is
 * confirmed as much of it as comes from there, and 400 ms), 180 means that it rings (the library
 * has sent one already).
 * @param o NULL, or the differences from the defaults.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_STATE It is not incoming, or answered.
 * @retval MICROSIP_E_ARG Another code, or o has a number out of range (o->session_expires below 90,
 * say, or o->min_se, which is no answer's).
 * @retval MICROSIP_E_TEXT o->headers are not lines of "Name: value\r\n", name a header that the
 * library writes itself, or find no room beside the answer.
 * @retval MICROSIP_E_NO_CODEC o->codecs has none of the offer's.
 * @retval MICROSIP_E_UNSUPPORTED o->reliable requires what the caller does not know, or o->dtmf is
 * not built.
 * @retval MICROSIP_E_FULL o->reliable would make a response too long.
 */
int32_t microsip_engine_answer(struct microsip_engine *e,
                               uint64_t now_us,
                               microsip_id call,
                               uint32_t code,
                               const struct microsip_options *o);

/**
 * Refuses an incoming call with a SIP status from 300 to 699; 0: 486 Busy Here.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param call The call.
 * @param code The SIP status.
 * @param o Header lines, a phrase, and where a 3xx sends the caller.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_STATE It is not incoming, or answered.
 * @retval MICROSIP_E_ARG Another code, or o->contacts with one that redirects nobody.
 * @retval MICROSIP_E_URI One of o->contacts cannot be called.
 * @retval MICROSIP_E_BLOCKED One of o->contacts cannot be called.
 * @retval MICROSIP_E_TEXT o->headers are not lines of "Name: value\r\n", or name a header that the
 * library writes itself; or all of it finds no room.
 */
int32_t microsip_engine_reject(struct microsip_engine *e,
                               uint64_t now_us,
                               microsip_id call,
                               uint32_t code,
                               const struct microsip_options *o);

/**
 * Ends a call in any state: refuses with 486, cancels, or sends BYE, with o's header lines and
 * reason. Sound stops at once.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param call Or a conference: all of its calls, while it stays; without o.
 * @param o NULL, or the differences from the defaults.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_STATE It has ended.
 * @retval MICROSIP_E_TEXT As of microsip_engine_reject.
 */
int32_t microsip_engine_hangup(struct microsip_engine *e,
                               uint64_t now_us,
                               microsip_id call,
                               const struct microsip_options *o);

/**
 * Puts the far end of a call on hold (MICROSIP_ON), or resumes (MICROSIP_OFF). It is offered to the
 * far end, after another offer that is out and after an ACK that is due; what the far end hears
 * changes at once: on hold, the music that microsip_engine_music_set chose, else the call's source,
 * be it the application's PCM or silence, but neither the microphone nor other calls of its
 * conference; and over it a file that plays. MICROSIP_EV_MEDIA has MICROSIP_MEDIA_HOLDING when the
 * far end has agreed, and MICROSIP_EV_DONE with the token follows (with token 0 only a failure is
 * told). One that comes before the one before it was offered replaces it: MICROSIP_E_CANCELLED. A
 * refusal leaves the call as it was. Before the answer it leaves as an UPDATE in the early dialog
 * that is heard (RFC 3311), where both sides list UPDATE in Allow and the offer of the INVITE has
 * its answer in a reliable 183 or 180 (RFC 3262): of a call that was dialled the far end's, of one
 * that came in ours, whose PRACK it waits for. A far end that refuses UPDATE (405, 501), or has to
 * ask its user (504), is offered it behind its answer; and so is another branch that answers in
 * place of the one that was heard.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param call The call.
 * @param on MICROSIP_ON or MICROSIP_OFF.
 * @param token The application's number for this command, told with its end; 0: none.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG on is another number.
 * @retval MICROSIP_E_STATE It is not connected, and has no such early dialog yet;
 * microsip_engine_last_error says what it waits for.
 * @retval MICROSIP_E_FULL The end of one more command could not be kept.
 * @retval MICROSIP_E_UNSUPPORTED Without MICROSIP_HAS_REOFFER.
 */
int32_t microsip_engine_hold(struct microsip_engine *e,
                             uint64_t now_us,
                             microsip_id call,
                             uint32_t on,
                             uint64_t token);

/**
 * Offers the media of a call anew, with the changes in m; NULL: as they are, at the addresses that
 * are ours now. Its turn and its end are those of microsip_engine_hold.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param call The call.
 * @param m NULL, or the changes of the media.
 * @param token The application's number for this command, told with its end; 0: none.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG m has a number out of range.
 * @retval MICROSIP_E_NO_CODEC m->codecs has a codec that this library does not have, or this phone
 * has no memory for.
 * @retval MICROSIP_E_STATE It is not connected.
 * @retval MICROSIP_E_FULL The end of one more command could not be kept.
 * @retval MICROSIP_E_UNSUPPORTED Without MICROSIP_HAS_REOFFER.
 */
int32_t microsip_engine_reoffer(struct microsip_engine *e,
                                uint64_t now_us,
                                microsip_id call,
                                const struct microsip_media *m,
                                uint64_t token);

/**
 * Tells the far end that we are somebody else from now on (RFC 4916): caller, a URI with or without
 * a name, stands in From of an UPDATE, or of a re-INVITE where the far end takes none, and of all
 * later requests of the call; its end is MICROSIP_EV_DONE with MICROSIP_OP_IDENTIFY. Before the
 * answer it leaves as an UPDATE in an early dialog whose far end lists UPDATE in Allow (RFC 3311):
 * of a call that was dialled in the one that is heard, else in the first; of a call that came in
 * once a reliable response of ours has its PRACK, else behind the answer. It is that dialog's:
 * where another branch answers, or the call is sent elsewhere, an end that was not told yet is
 * MICROSIP_E_CANCELLED, and the branch that answers knows us by the name that the INVITE had,
 * whatever another one was told: MICROSIP_TXT_LOCAL_URI says which.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param call The call.
 * @param caller Who we are from now on: `sip:a@example.com`, or "A" `<sip:a@example.com>`.
 * @param token The application's number for this command, told with its end; 0: none.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_UNSUPPORTED The call is up or came in, and its far end has not said that it
 * takes another From (Supported: from-change), or the library is without MICROSIP_HAS_IDENTITY.
 * @retval MICROSIP_E_STATE The call was dialled and has no such early dialog yet, or its far end
 * has not said that yet; it is over, or has one on its way.
 * @retval MICROSIP_E_URI caller is no address.
 * @retval MICROSIP_E_TEXT It is too long.
 * @retval MICROSIP_E_FULL The end of one more command could not be kept.
 */
int32_t microsip_engine_identify(struct microsip_engine *e,
                                 uint64_t now_us,
                                 microsip_id call,
                                 const char *caller,
                                 uint64_t token);

/**
 * Transfers the far end of a call that is up: it is asked, by REFER, to call somebody else (RFC
 * 3515), or the far end of another call of ours (RFC 5589). MICROSIP_EV_TRANSFER tells each step,
 * MICROSIP_EV_DONE with MICROSIP_OP_TRANSFER the end. When they talk, our calls with them end
 * (MICROSIP_CAUSE_TRANSFERRED); where it fails, they are as they were. Nobody is put on hold by it:
 * who shall hear nothing meanwhile is held first, by microsip_engine_hold. A far end that accepts
 * and then says nothing is given up after 32 seconds, 200 seconds after its last word, and ten
 * minutes after its REFER in any case; for the answer of a consult that rings a transfer waits as
 * long as that call does. A far end that accepts and then hangs up has gone to the other party:
 * that is MICROSIP_TRANSFER_DONE, and consult, whose place it takes, ends by its own far end, or by
 * us 32 seconds later.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param call The call.
 * @param uri Whom, as microsip_engine_dial takes it, but without digits behind a number; NULL with
 * a consult.
 * @param consult That other call, which is up, or was dialled and rings (the transfer waits for its
 * answer then); 0 with a uri.
 * @param o Headers, no_progress.
 * @param token The application's number for this command, told with its end; 0: none.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_STATE call is not MICROSIP_CONNECTED, consult is over or came in and is not
 * answered, or one of them is being transferred; microsip_engine_last_error says which.
 * @retval MICROSIP_E_ARG uri and consult together, consult is call, a number without an account to
 * complete it, or a member of o that does not apply.
 * @retval MICROSIP_E_URI No address, or digits behind it.
 * @retval MICROSIP_E_BLOCKED The account's dial plan has no match.
 * @retval MICROSIP_E_TEXT o->headers are not lines of "Name: value\r\n", or name a header that the
 * library writes itself; or all of it does not fit a message.
 * @retval MICROSIP_E_FULL No request is free, or the end of one more command could not be kept.
 * @retval MICROSIP_E_UNSUPPORTED A library without MICROSIP_HAS_REFER.
 */
int32_t microsip_engine_transfer(struct microsip_engine *e,
                                 uint64_t now_us,
                                 microsip_id call,
                                 const char *uri,
                                 microsip_id consult,
                                 const struct microsip_options *o,
                                 uint64_t token);

/**
 * Ends all calls, as microsip_engine_hangup does.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_engine_hangup_all(struct microsip_engine *e, uint64_t now_us);

/**
 * Sends a script of digits: 0-9 * # A-D; a comma is a pause of a second, and with MICROSIP_HAS_INFO
 * p too, and w one of half a second; at most 32 of all may wait. All or none are taken. o has
 * settings of this script alone; what it does not set, or NULL, is the call's (its options), else
 * its account's, else the phone's. A pause is beside the gap behind the digit before it, and the
 * voice goes on in it. MICROSIP_EV_DIGIT_SENT tells the progress, MICROSIP_EV_DONE with the token
 * the end. By SIP INFO each digit waits for the response to the one before. What this side may not
 * send now is not kept for later: what it was to answer is over by then.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param call The call.
 * @param digits The digits.
 * @param o NULL, or the differences from the defaults.
 * @param token The application's number for this command, told with its end; 0: none.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG Another character, or a number of o out of its range.
 * @retval MICROSIP_E_STATE The call has no sound yet, or the far end holds it and digits do not go
 * by INFO, which goes all the same.
 * @retval MICROSIP_E_FULL Too many wait, or the end of one more command could not be kept.
 * @retval MICROSIP_E_UNSUPPORTED The far end takes no events, and the library makes no tones
 * (MICROSIP_HAS_TONES) or knows no INFO (MICROSIP_HAS_INFO).
 */
int32_t microsip_engine_digits(struct microsip_engine *e,
                               uint64_t now_us,
                               microsip_id call,
                               const char *digits,
                               const struct microsip_digit_options *o,
                               uint64_t token);

/**
 * Presses a key and holds it: its digit, behind those that wait, lasts until
 * microsip_engine_digit_stop, ten minutes at most. As an event it goes in segments where it has to
 * (RFC 4733 §2.5.1.3). By SIP INFO it goes when it is let go, with its length, a minute at most.
 * Settings are as of microsip_engine_digits, and those of this moment; the gap follows when it is
 * let go. For the rest as microsip_engine_digits.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param call The call.
 * @param digit Its ASCII code.
 * @param o NULL, or the differences from the defaults.
 * @param token The application's number for this command, told with its end; 0: none.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG digit is none of 0 to 9, * # A B C D, or a number of o out of its range.
 * @retval MICROSIP_E_FULL A key is held already, or too many digits wait.
 * @retval MICROSIP_E_STATE As of microsip_engine_digits.
 * @retval MICROSIP_E_UNSUPPORTED Without MICROSIP_HAS_INFO, too.
 */
int32_t microsip_engine_digit_start(struct microsip_engine *e,
                                    uint64_t now_us,
                                    microsip_id call,
                                    uint32_t digit,
                                    const struct microsip_digit_options *o,
                                    uint64_t token);

/**
 * Lets the key go that is held: its digit ends, after 40 ms at the earliest. One whose turn has not
 * come gets the length that it was pressed with.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param call The call.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING None is held; its call may have been put on hold.
 */
int32_t microsip_engine_digit_stop(struct microsip_engine *e, uint64_t now_us, microsip_id call);

/**
 * A call, in numbers. out->size must be set.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param call The call.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_engine_call_info_get(struct microsip_engine *e,
                                      uint64_t now_us,
                                      microsip_id call,
                                      struct microsip_call_info *out);

/**
 * The statistics of a call's media: all zero when it had none. out->size must be set. Jitter, loss
 * and round trip as in RFC 3550.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param call The call.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_engine_call_stats_get(struct microsip_engine *e,
                                       uint64_t now_us,
                                       microsip_id call,
                                       struct microsip_stats *out);

/**
 * The quality of a call's seconds, the oldest first: mean opinion scores in hundredths as in
 * microsip_stats; 0: nothing was to be heard in that second. When the memory is full (the
 * configuration's quality_seconds), each two values become one, with the worse of both.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param call The call.
 * @param mos_x100 The values, as many as cap.
 * @param cap The size of that room.
 * @param needed The room that it takes; may be NULL.
 * @param seconds_each The seconds that a value stands for (NULL: not asked for).
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_BUFFER There are more than cap, as needed says; the oldest are written.
 */
int32_t microsip_engine_call_quality_get(struct microsip_engine *e,
                                         uint64_t now_us,
                                         microsip_id call,
                                         uint32_t *mos_x100,
                                         uint32_t cap,
                                         uint32_t *needed,
                                         uint32_t *seconds_each);
/** @} */

/** @name Engines: rules for incoming calls
 * @{ */

/**
 * Changes the rules for incoming calls of MICROSIP_SELF (the phone) or of an account: the members
 * of `rules` that are set, all of them or none. Calls that ring or are up keep the times that were
 * set for them.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param owner 0 or MICROSIP_SELF, or an account.
 * @param rules The rules to change; their texts are copied.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_URI A target of forward_to and its like cannot be called.
 * @retval MICROSIP_E_BLOCKED The account's dial plan does not allow one.
 * @retval MICROSIP_E_TEXT A text has controls, or the texts of one owner have more than 1024 bytes
 * (of an engine, its rule_bytes).
 * @retval MICROSIP_E_ARG A number is out of its range.
 * @retval MICROSIP_E_UNSUPPORTED Without MICROSIP_HAS_RULES, or in an engine that was made without
 * rule_bytes.
 */
int32_t microsip_engine_rules_set(struct microsip_engine *e,
                                  uint64_t now_us,
                                  microsip_id owner,
                                  const struct microsip_rules *rules);

/**
 * The numbers in force for an account's calls, or of MICROSIP_SELF; 0: not set. Texts are NULL.
 * out->size must be set.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param owner 0 or MICROSIP_SELF, or an account.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_engine_rules_get(struct microsip_engine *e,
                                  uint64_t now_us,
                                  microsip_id owner,
                                  struct microsip_rules *out);
/** @} */

/** @name Engines: messages
 * @{ */

/**
 * Sends a message (RFC 3428). Messages to one far end leave one after the other, each when the one
 * before it has its final response, so they arrive in their order. MICROSIP_EV_DONE with
 * MICROSIP_OP_SEND and the token tells its end; without a token only a failure has it. With its
 * headers one of more than 1300 bytes leaves by TCP or not at all (RFC 3428 8). When it is over its
 * slot is taken as soon as another one needs it.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param owner An account, or 0 for a direct one; or with m->uri NULL a call that is up, in whose
 * dialog it leaves.
 * @param m The message.
 * @param token Of the command.
 * @param message Its id; NULL: it is not wanted.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_URI No address, or digits behind it.
 * @retval MICROSIP_E_TEXT The headers or the type are none, or with its headers it would be longer
 * than max_message; microsip_engine_last_error has its length and the longest that fits.
 * @retval MICROSIP_E_KIND owner is a call beside m->uri, or none without it.
 * @retval MICROSIP_E_FULL Every message is in use.
 * @retval MICROSIP_E_STATE The call is not up.
 * @retval MICROSIP_E_CLOSED After shutdown.
 * @retval MICROSIP_E_BLOCKED The account's dial plan has no match.
 * @retval MICROSIP_E_ARG A number without an account to complete it, or len 0 beside a body, or
 * above 60000.
 * @retval MICROSIP_E_UNSUPPORTED A library without MICROSIP_HAS_MESSAGE.
 */
int32_t microsip_engine_message_send(struct microsip_engine *e,
                                     uint64_t now_us,
                                     microsip_id owner,
                                     const struct microsip_message *m,
                                     uint64_t token,
                                     microsip_id *message);

/**
 * Answers a message that came: its sender gets this status. A REFER is refused by it, with 300 to
 * 699; 0: 603. It stays readable until another message needs its slot.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param message The one that came.
 * @param code 200 to 699; 0: 200.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_STATE It waits for no answer: it has one, or is one of ours.
 * @retval MICROSIP_E_ARG Another code.
 */
int32_t microsip_engine_message_answer(struct microsip_engine *e,
                                       uint64_t now_us,
                                       microsip_id message,
                                       uint32_t code);

/**
 * A message, in numbers. out->size must be set.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param message Of either way.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_engine_message_info_get(struct microsip_engine *e,
                                         uint64_t now_us,
                                         microsip_id message,
                                         struct microsip_message_info *out);

/**
 * Tells the writer of a message that came what became of it (RFC 5438). Each leaves once: a second
 * call does nothing. It goes to the message's sender, by its call's dialog while that is up, and no
 * event tells its end. A direct sender that takes none gets no second one.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param message One that was accepted (2xx), and whose writer asks for it: `notices` of
 * microsip_message_info.
 * @param state MICROSIP_NOTICE_DELIVERED, which leaves by itself with MICROSIP_NOTICES_DELIVERY, or
 * MICROSIP_NOTICE_DISPLAYED, when a person has seen it.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_STATE It was not accepted, its writer did not ask, or it is none for people.
 * @retval MICROSIP_E_URI Its writer does not want to be known; or it came directly, in no call, and
 * the host in its From is not the address that it came from.
 * @retval MICROSIP_E_FULL Every message is in use.
 * @retval MICROSIP_E_CLOSED After shutdown.
 * @retval MICROSIP_E_UNSUPPORTED A library without MICROSIP_HAS_IMDN.
 */
int32_t microsip_engine_message_notice(struct microsip_engine *e,
                                       uint64_t now_us,
                                       microsip_id message,
                                       uint32_t state);

/**
 * Tells a far end that a message to it is being written, or that none is (RFC 3994). owner, uri: as
 * owner and m->uri of microsip_engine_message_send. The library keeps the times: one leaves at the
 * first key, and another once a minute while keys follow; 15 seconds behind the last one the far
 * end is told that none is being written, and a message to it says that, too. A far end that does
 * not understand them gets no more. No event tells their end; at most a quarter of max_messages are
 * far ends that are written to.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param owner 0 or MICROSIP_SELF, or an account.
 * @param uri The address to call.
 * @param state MICROSIP_COMPOSING_ACTIVE, for each key that is pressed; MICROSIP_COMPOSING_IDLE,
 * where what was written is deleted.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_URI As microsip_engine_message_send.
 * @retval MICROSIP_E_KIND As microsip_engine_message_send.
 * @retval MICROSIP_E_STATE As microsip_engine_message_send.
 * @retval MICROSIP_E_BLOCKED As microsip_engine_message_send.
 * @retval MICROSIP_E_ARG As microsip_engine_message_send.
 * @retval MICROSIP_E_FULL As microsip_engine_message_send.
 * @retval MICROSIP_E_CLOSED As microsip_engine_message_send.
 * @retval MICROSIP_E_UNSUPPORTED A library without MICROSIP_HAS_IMDN.
 */
int32_t microsip_engine_message_composing(struct microsip_engine *e,
                                          uint64_t now_us,
                                          microsip_id owner,
                                          const char *uri,
                                          uint32_t state);
/** @} */

/** @name Engines: subscriptions
 * @{ */

/**
 * Subscribes to a state (RFC 6665), and keeps the subscription: it is refreshed, and begun anew by
 * the rules of RFC 6665, until microsip_engine_subscription_remove or an end for good.
 * MICROSIP_EV_SUBSCRIPTION tells its state, MICROSIP_EV_NOTIFY each change of what is watched.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param account 0: directly.
 * @param s What is watched.
 * @param subscription Its id.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_URI No address, or digits behind it.
 * @retval MICROSIP_E_TEXT The headers, the event or the types are none, do not fit, or stand beside
 * a package that brings its own.
 * @retval MICROSIP_E_FULL max_subscriptions are there, or every dialog is in use.
 * @retval MICROSIP_E_CLOSED After shutdown.
 * @retval MICROSIP_E_BLOCKED The account's dial plan has no match.
 * @retval MICROSIP_E_ARG The package, the switch, or a number without an account to complete it.
 * @retval MICROSIP_E_UNSUPPORTED A library without MICROSIP_HAS_SUBSCRIBE.
 */
int32_t microsip_engine_subscription_add(struct microsip_engine *e,
                                         uint64_t now_us,
                                         microsip_id account,
                                         const struct microsip_subscription *s,
                                         microsip_id *subscription);

/**
 * Takes a subscription back: it ends at the far end too, and has no further events. Its id names
 * nothing from then on but for that; one that has ended goes at once.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param subscription Of ours.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_engine_subscription_remove(struct microsip_engine *e,
                                            uint64_t now_us,
                                            microsip_id subscription);

/**
 * A subscription, in numbers. out->size must be set.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param subscription Of ours.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_engine_subscription_info_get(struct microsip_engine *e,
                                              uint64_t now_us,
                                              microsip_id subscription,
                                              struct microsip_subscription_info *out);

/**
 * One of the tuples, calls or classes of messages that a subscription was told of; of a list the
 * parties, each with its own behind it. out->size must be set. Its texts are
 * MICROSIP_TXT_ENTRY_URI, _ENTRY_NAME, _NOTE, _REPLACES, _ENTRY_RESOURCE and _ENTRY_REASON with the
 * same index.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param subscription Of ours.
 * @param index From 0.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING There are no more.
 */
int32_t microsip_engine_subscription_entry_get(struct microsip_engine *e,
                                               uint64_t now_us,
                                               microsip_id subscription,
                                               uint32_t index,
                                               struct microsip_entry *out);
/** @} */

/** @name Engines: those who watch us
 * @{ */

/**
 * Decides on a watcher (MICROSIP_EV_WATCHER) that is MICROSIP_SUB_PENDING, for whom the policy is
 * MICROSIP_POLICY_ASK. 300 to 699 refuse it, also one that is MICROSIP_SUB_ACTIVE: it learns that
 * it is not welcome.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param watcher One of this phone's.
 * @param code 200 to 299 let it in: it is told at once what it watches, and then each change.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_STATE It has ended; or is to be let in and was.
 * @retval MICROSIP_E_ARG The code is none of these.
 */
int32_t microsip_engine_watcher_answer(struct microsip_engine *e,
                                       uint64_t now_us,
                                       microsip_id watcher,
                                       uint32_t code);

/**
 * A watcher, in numbers. out->size must be set. MICROSIP_TXT_REMOTE_URI and
 * MICROSIP_TXT_REMOTE_NAME are who it says it is.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param watcher One of this phone's; one that has ended can be read until it is released or its
 * slot is needed.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_engine_watcher_info_get(struct microsip_engine *e,
                                         uint64_t now_us,
                                         microsip_id watcher,
                                         struct microsip_watcher_info *out);

/**
 * Counts the messages of one class in the mailbox that an account is for others (RFC 3842): those
 * who watch it are told, of several changes within a second once. Until the first call there is no
 * such mailbox, and who would watch it gets 404. What the account's own server says of our mailbox
 * is another thing: microsip_engine_account_mailbox_get. NULL: the mailbox is empty.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param account 0: the mailbox of direct watchers.
 * @param entry message_class, 1 to 6, with its numbers, of which the urgent ones are part of the
 * others; its other members are not looked at.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG The class, or more urgent messages than there are.
 * @retval MICROSIP_E_FULL max_watchers is MICROSIP_NONE.
 * @retval MICROSIP_E_UNSUPPORTED A library without MICROSIP_HAS_NOTIFY.
 */
int32_t microsip_engine_mailbox_set(struct microsip_engine *e,
                                    uint64_t now_us,
                                    microsip_id account,
                                    const struct microsip_entry *entry);
/** @} */

/** @name Engines: conferences
 * @{ */

/**
 * Makes an empty conference. All of its members hear each other. microsip_engine_id_release
 * dissolves it, and its calls go on alone; microsip_engine_hangup with its id ends all of its
 * calls.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param tag The application's own number, which its events carry.
 * @param conference Its id.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_FULL max_conferences are there.
 * @retval MICROSIP_E_UNSUPPORTED max_conferences is none, or the library has no
 * MICROSIP_HAS_CONFERENCE.
 */
int32_t microsip_engine_conference_create(struct microsip_engine *e,
                                          uint64_t now_us,
                                          uint64_t tag,
                                          microsip_id *conference);

/**
 * Lets a call, or MICROSIP_SELF (microphone and loudspeaker), join a conference; or changes its
 * part. It joins with its next 10 ms of sound, in any state but ended, hears all others and not
 * itself, and leaves with its end or for another conference: MICROSIP_EV_MEMBER. Its own source and
 * files that play into it are heard by it alone, beside the others; the microphone comes from
 * MICROSIP_SELF only, and an echo is silent.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param conference The conference.
 * @param member A call, or MICROSIP_SELF: the person at this phone.
 * @param m NULL: as it is.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_STATE The call has ended.
 * @retval MICROSIP_E_ARG No switch, or above 400 percent.
 */
int32_t microsip_engine_conference_member_set(struct microsip_engine *e,
                                              uint64_t now_us,
                                              microsip_id conference,
                                              microsip_id member,
                                              const struct microsip_member *m);

/**
 * A member leaves: its call goes on alone, with its source.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param conference The conference.
 * @param member A call, or MICROSIP_SELF: the person at this phone.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING It is not in that conference.
 */
int32_t microsip_engine_conference_member_remove(struct microsip_engine *e,
                                                 uint64_t now_us,
                                                 microsip_id conference,
                                                 microsip_id member);

/**
 * The part that a member takes, and its level. out->size must be set.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param conference The conference.
 * @param member A call, or MICROSIP_SELF: the person at this phone.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING It is not in that conference.
 */
int32_t microsip_engine_conference_member_get(struct microsip_engine *e,
                                              uint64_t now_us,
                                              microsip_id conference,
                                              microsip_id member,
                                              struct microsip_member *out);
/** @} */

/** @name Engines: sound
 * @{ */

/**
 * Chooses the source of the sound that the peer hears: MICROSIP_SRC_*. It switches with the next 10
 * ms; a playing file lies over each of them.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param target The call.
 * @param source MICROSIP_SRC_*.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG Another number.
 * @retval MICROSIP_E_STATE The call has ended.
 */
int32_t microsip_engine_source_set(struct microsip_engine *e,
                                   uint64_t now_us,
                                   microsip_id target,
                                   uint32_t source);

/**
 * Chooses the sound that a far end hears while we hold it, MICROSIP_MUSIC_*: it begins with the
 * hold, ends with it, and changes at once where one is on hold. Mute and volume of our sound are
 * not for it; a file that plays lies over it. In a conference the far end of a member on hold hears
 * its music and no member, the members hear nothing of it, and it stays a member until it leaves. A
 * file is opened, read as a whole and brought to the phone's rate before this returns, which takes
 * a while for a long one; a pipe waits for who writes to it.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param target A call; or MICROSIP_SELF: all calls, and those to come.
 * @param music MICROSIP_MUSIC_*.
 * @param path With MICROSIP_MUSIC_FILE, a WAV file, of which at most 64 MB at the phone's rate are
 * kept (an hour at 8000); else NULL.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG Another number; MICROSIP_MUSIC_FILE without a path, or a path with another
 * music.
 * @retval MICROSIP_E_FILE It cannot be opened or read.
 * @retval MICROSIP_E_FORMAT It is no such WAV file, or too long.
 * @retval MICROSIP_E_STATE The call has ended.
 * @retval MICROSIP_E_UNSUPPORTED Without MICROSIP_HAS_REOFFER; a file of an engine, whose music is
 * that of microsip_engine_audio.
 */
int32_t microsip_engine_music_set(struct microsip_engine *e,
                                  uint64_t now_us,
                                  microsip_id target,
                                  uint32_t music,
                                  const char *path);

/**
 * Silences our sound (MICROSIP_ON), or not (MICROSIP_OFF). Packets go on.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param target A call; or MICROSIP_SELF: all calls, and those to come.
 * @param on MICROSIP_ON or MICROSIP_OFF.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG on is another number.
 * @retval MICROSIP_E_STATE The call has ended.
 */
int32_t microsip_engine_mute_set(struct microsip_engine *e,
                                 uint64_t now_us,
                                 microsip_id target,
                                 uint32_t on);

/**
 * The volume of one side, dev MICROSIP_DEV_INPUT (our sound) or _OUTPUT (the peer's), in percent:
 * 100 is as it came, 400 the most.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param target A call; or MICROSIP_SELF: all calls, and those to come, and with MICROSIP_DEV_RING
 * the ring.
 * @param dev MICROSIP_DEV_*.
 * @param percent The volume.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG More than 400, or another side.
 * @retval MICROSIP_E_STATE The call has ended.
 */
int32_t microsip_engine_volume_set(struct microsip_engine *e,
                                   uint64_t now_us,
                                   microsip_id target,
                                   uint32_t dev,
                                   uint32_t percent);

/**
 * Changes the tones that the phone plays by itself: the members of t that are set, all of them or
 * none. A ring that sounds goes on as it is.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param t The tones to change; their texts are copied.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG A number is out of its range, or no such country is known.
 * @retval MICROSIP_E_FILE ring_path cannot be played.
 * @retval MICROSIP_E_FORMAT ring_path cannot be played.
 * @retval MICROSIP_E_UNSUPPORTED Without MICROSIP_HAS_TONES; ring_path of an engine, which takes
 * its ring by microsip_engine_audio.
 */
int32_t microsip_engine_tones_set(struct microsip_engine *e,
                                  uint64_t now_us,
                                  const struct microsip_tones *t);

/**
 * The tones that the phone plays by itself, in numbers; play is MICROSIP_NONE where it plays none.
 * Texts are NULL: MICROSIP_TXT_COUNTRY has the country. out->size must be set.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param out Filled by the function; its size must be set.
 * @return MICROSIP_OK, or a result that says why not.
 */
int32_t microsip_engine_tones_get(struct microsip_engine *e,
                                  uint64_t now_us,
                                  struct microsip_tones *out);

/**
 * Plays a tone of the country that microsip_engine_tones_set has chosen to the person at the phone,
 * in place of one that this has begun already; nobody else hears it. It goes on until
 * microsip_engine_tone_stop, but for the beep, which is over by itself. The ring sounds on the ring
 * device, as for a call; the others in the loudspeaker, before those that the phone plays by
 * itself.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param tone MICROSIP_TONE_*.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG Another number.
 * @retval MICROSIP_E_UNSUPPORTED Without MICROSIP_HAS_TONES.
 * @retval MICROSIP_E_STATE The phone was shut down.
 */
int32_t microsip_engine_tone_start(struct microsip_engine *e, uint64_t now_us, uint32_t tone);

/**
 * Plays a tone into a call, whose far end hears it, or to all members of a conference, in place of
 * one that this has begun there: a MICROSIP_TONE_* of the country that microsip_engine_tones_set
 * has chosen, but not the ring; or a key by its ASCII code, '0' to '9', '*', '#', 'A' to 'D': its
 * pair of frequencies, which is a sound and no digit. It lies over the sound of the call's source
 * and over a file that plays there, which go on, so mute and volume of our sound are for it too:
 * where it is to be heard alone, the source is MICROSIP_SRC_SILENCE. It begins with the call's
 * media, and waits while the far end holds us, for nobody would hear it; over our own hold it is
 * heard. In a conference it goes on for as long as a call is a member. MICROSIP_EV_DONE with
 * MICROSIP_OP_TONE and the token follows at its end.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param target A call or a conference.
 * @param tone MICROSIP_TONE_*.
 * @param ms Its length, a day at most; 0: until microsip_engine_tone_stop, but for the beep, which
 * is over by itself.
 * @param token The application's number for this command, told with its end; 0: none.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_E_ARG Another number, more than a day, or MICROSIP_SELF.
 * @retval MICROSIP_E_STATE The call has ended, or no call is a member of the conference.
 * @retval MICROSIP_E_FULL The end of one more command could not be kept.
 * @retval MICROSIP_E_UNSUPPORTED Without MICROSIP_HAS_TONES.
 */
int32_t microsip_engine_tone_play(struct microsip_engine *e,
                                  uint64_t now_us,
                                  microsip_id target,
                                  uint32_t tone,
                                  uint32_t ms,
                                  uint64_t token);

/**
 * Ends the tone of microsip_engine_tone_play in a call or a conference, or, with MICROSIP_SELF,
 * that of microsip_engine_tone_start: it fades.
 * @param e The engine.
 * @param now_us The time in microseconds; it never runs backwards.
 * @param target MICROSIP_SELF, a call or a conference.
 * @return MICROSIP_OK, or a result that says why not.
 * @retval MICROSIP_NOTHING None plays.
 */
int32_t microsip_engine_tone_stop(struct microsip_engine *e, uint64_t now_us, microsip_id target);
/** @} */

/** @name Supplied by the firmware
 * @{ */

/**
 * Supplied by the firmware: it may log and reset. `line` is in the library's sources.
 * @param line A line of the library's sources.
 */
extern void microsip_panic_hook(uint32_t line);
/** @} */

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MICROSIP_H */
