// The host family of microsip.h for C#, checked by hand (and by sizes.c, which compares the layout with the header's).
// Written for any .NET: C# 7, no function pointers, blittable structs, texts as NUL-terminated UTF-8. Rules that keep it safe:
//  - a function that returns static text (microsip_version, microsip_strerror) is declared IntPtr: as string, the marshaller would free it;
//  - a delegate given to the library is held in a static field as long as the phone lives: native code does not keep it alive;
//  - a callback never lets an exception out;
//  - or take no callbacks at all, and pull with microsip_event_next.
using System;
using System.Runtime.InteropServices;
using System.Text;

public static class Microsip
{
    private const string Library = "microsip";
    private const CallingConvention C = CallingConvention.Cdecl;

    // Every constant of the header that the host family has, named as there: run.sh compares them.
    public const int Ok = 0, Nothing = 1, More = 2, Drain = 3, Close = 4, ENull = -1, ESize = -2, EAbi = -3, EStale = -4, EKind = -5, EArg = -6,
        EText = -7, EBuffer = -8, EState = -9, EFull = -10, EClosed = -11, EPoisoned = -12, EReentry = -13, ENewer = -14, EUnsupported = -15,
        EForeign = -16, ECancelled = -17, EPortInUse = -101, EName = -102, EUnreachable = -103, ETimeout = -104, EMediaLost = -105, EUri = -201, ERefused = -202,
        EAuth = -203, EProtocol = -204, EExpired = -205, EBlocked = -206, ENoPassword = -207, ERealm = -208, EScheme = -209, EChallenge = -210, ENoCodec = -301, EDevice = -401,
        EFile = -402, EFormat = -403;
    public const uint Forever = 0xffffffff, AbiVersion = 0, None = 4294967295, KindPhone = 1, KindAccount = 2, KindCall = 3, KindConference = 6, HasHost = 1,
        HasSha2 = 2, HasRedirect = 4, HasRtcp = 8, HasStream = 16, HasTrace = 32, HasResample = 64, HasConceal = 128, HasTones = 256,
        HasSdpHosts = 512, HasReoffer = 1024, HasSentences = 2048,
        HasDevices = 4096, HasConference = 8192, HasG722 = 16384, HasL16 = 32768, HasCodecs = 65536, HasNumbers = 131072, HasRules = 262144, HasQuality = 1048576, HasIdentity = 2097152, HasInfo = 4194304, HasReliable = 8388608, HasTimers = 16777216, HasHearKeys = 524288,
        ReliableOff = 1, ReliableSupported = 2, ReliableRequired = 3, TonesRingback = 1, TonesRefusal = 2, TonesWaiting = 4, TonesRing = 8,
        ToneDial = 1, ToneRingback = 2, ToneBusy = 3, ToneCongestion = 4, ToneWaiting = 5, ToneRing = 6, ToneBeep = 7,
        AlertRing = 15, AlertInternal = 16, AlertExternal = 32, AlertFriend = 64, AlertFamily = 128, AlertLow = 256, AlertHigh = 512, AlertShort = 1024,
        AlertLong = 2048, AlertDelayed = 4096, AlertForwarded = 8192, AlertWaiting = 16384, AlertCallback = 32768, AlertHeld = 65536, AlertTransferred = 131072,
        TimerOff = 1, TimerSupported = 2, TimerAlways = 3, TimerRequired = 4, RefresherEither = 1, RefresherUs = 2, RefresherThem = 3,
        Udp = 1, Tcp = 2, Tls = 4, Sendrecv = 1, Sendonly = 2, Recvonly = 3, Inactive = 4, PrivacyNone = 1, PrivacyId = 2, PrivacyAnonymous = 3,
        ForwardAlways = 1, ForwardBusy = 2, ForwardNoAnswer = 4, AutoHeader = 1, AutoList = 2, AutoAll = 4, AutoBeep = 256, AutoWhenIdle = 512, RuleSame = 1, RuleWaiting = 2,
        RuleLimit = 3, RuleAnonymous = 4, RuleDeny = 5, RuleDnd = 6, RuleForward = 7, RuleRing = 8, RuleDuration = 9, RuleItself = 10, RuleAnswerMode = 11, On = 1, Off = 2, AddressV4 = 4, AddressV6 = 6, PlayNow = 0, PlayCheck = 2, NullAudio = 1, NoNetwork = 2, AllowDirect = 4, HearKeys = 8, Calling = 1,
        Incoming = 2, Early = 3, Connected = 4, Ended = 5, ByApplication = 1, ByRemote = 2, ByRule = 3, ByLibrary = 4, CauseNormal = 1,
        CauseBusy = 2, CauseDeclined = 3, CauseNoAnswer = 4, CauseCancelled = 5, CauseElsewhere = 6, CauseRedirected = 7, CauseTransferred = 8,
        CauseReplaced = 9, CauseNotFound = 10, CauseMedia = 11, CauseMediaLost = 12, CauseExpired = 13, CauseNetwork = 14, CauseAuth = 15,
        CauseServer = 16, CauseFull = 17, CauseShutdown = 18, CauseEmergency = 19, CauseUnsupported = 20, LocationRouting = 1, LocationFollows = 2, LocationNoRouting = 4, Unregistered = 1, Registering = 2, Registered = 3, RegFailed = 4, EvCall = 1,
        EvAccount = 2, EvDigit = 3, EvDone = 4, EvDevice = 7, EvNetwork = 8, EvLost = 9, EvClosed = 10, EvPoisoned = 11, EvMedia = 12,
        EvChallenge = 13, EvMember = 18, EvTalker = 19, EvDigitBegun = 21, EvDigitSent = 23, EvIdentity = 24, EvDatagram = 25, EvLocation = 28, OpIdentify = 11, OpTone = 12,
        Held = 3, MusicSource = 0, MusicNone = 1, MusicPcm = 2, MusicFile = 3, Invite = 3, Ack = 4, Prack = 5, Update = 6, Info = 7, Cancel = 8, Bye = 9, Nth = 1000, OpPlay = 1, OpRecord = 2, OpDigits = 3, OpHold = 4, OpReoffer = 5, OpRegister = 7, OpUnregister = 8, MediaSending = 1, MediaReceiving = 2,
        MediaHeld = 4, MediaHolding = 8, SrcDevice = 0, SrcPcm = 1, SrcEcho = 2, SrcSilence = 3, DtmfAuto = 1, DtmfRtp = 2, DtmfInfo = 3, DtmfInfoPlain = 4, DtmfInband = 5, DtmfAutoInfo = 6, TxtRemoteUri = 1, TxtRemoteName = 2, TxtLocalUri = 3, TxtReason = 4,
        TxtCallId = 5, TxtCodec = 6, TxtUserAgent = 7, TxtAssertedUri = 9, TxtDiversion = 10, TxtContact = 12, TxtRealm = 17, TxtDeviceId = 26, TxtDeviceName = 27, TxtWarning = 32, TxtDiversionReason = 33, TxtCountry = 40, TxtDialled = 41, TxtMailbox = 42, First = 1, Last = 2, DevInput = 1,
        DevOutput = 2, DevRing = 3, DevAll = 256, SidesMixed = 0, SidesStereo = 1, SidesSaid = 2, SidesHeard = 3, LogError = 1, LogWarning = 2, LogInfo = 3, LogDebug = 4, LogSip = 256, LostEnd = 1, LostTell = 2,
        HasMessage = 33554432, HasSubscribe = 67108864, KindMessage = 7, KindSubscription = 8, EvMessage = 15, EvSubscription = 16, EvNotify = 17, EvMailbox = 26, EvCheckSync = 27, OpSend = 10, HasPublish = 268435456, EvPublication = 29, OpPublish = 9,
        Unread = 1, Kept = 2, Queued = 3, Sending = 4, Over = 5, MessagesAsk = 1, MessagesStore = 2, MessagesRefuse = 3, HasImdn = 2147483648, EvComposing = 31, EvDelivery = 32, ComposingActive = 1, ComposingIdle = 2, WantDelivery = 1, WantDisplay = 2,
        NoticeDelivered = 1, NoticeDisplayed = 2, NoticeFailed = 3, NoticeProcessed = 4, NoticeForbidden = 5, NoticeError = 6, NoticesNever = 1, NoticesDelivery = 2, TxtMessageId = 46, TxtReplaces = 11, TxtContentType = 20,
        TxtNote = 23, TxtEntryUri = 24, TxtEntryName = 25, TxtEntryResource = 50, TxtEntryReason = 51, ResourceParty = 1, ResourceList = 2, HasLists = 1073741824, Presence = 1, Dialog = 2, MessageSummary = 3, Other = 4, SubPending = 1, SubActive = 2, SubRetrying = 3,
        SubEnded = 4, LampUnknown = 0, LampClosed = 1, LampOpen = 2, LampIdle = 3, LampTrying = 4, LampRinging = 5, LampBusy = 6, LampHeld = 7, ActivityAway = 1,
        ActivityBusy = 2, ActivityPhone = 3, ActivityOther = 4,
        HasNotify = 536870912, KindWatcher = 9, EvWatcher = 33,
        HasRefer = 134217728, EvTransfer = 14, EvRefer = 20, OpTransfer = 6, PolicyAsk = 1, PolicyFollow = 2, PolicyRefuse = 3, TransferPending = 1,
        TransferTrying = 2, TransferRinging = 3, TransferDone = 4, TransferFailed = 5, TxtReferTo = 21, TxtReferredBy = 22, TxtPackage = 45;
    public const ulong Self = 1, Ring = 2;

    /// <summary>The kind of an id, or 0.</summary>
    public static uint Kind(ulong id) { return (uint)(id >> 48) & 31; }

    [StructLayout(LayoutKind.Sequential)]
    public struct Address
    {
        public ushort family, port;
        public uint scope;
        public ulong ipHigh, ipLow; // 16 bytes in network order
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Log
    {
        public uint size, level;
        public ulong subject, timeUs; // subject: object in C
        public uint len, missing, sent, reserved;
        public Address peer;
        public static Log New() { return new Log { size = SizeOf<Log>() }; }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Event
    {
        public uint size, type;
        public ulong phone, subject, owner, other, tag, token, timeUs; // subject: object in C
        public uint state, reached, sipCode;
        public int result;
        public uint cause, endedBy, value, op;
        public static Event New() { return new Event { size = SizeOf<Event>() }; }
    }

    [UnmanagedFunctionPointer(C)]
    public delegate void EventHandler(IntPtr user, ref Event happened);
    [UnmanagedFunctionPointer(C)]
    public delegate void LogHandler(IntPtr user, ref Log log, IntPtr text);

    [StructLayout(LayoutKind.Sequential)]
    public struct Config
    {
        public uint size, maxCalls, maxAccounts, maxMessage, rate, flags, rtpPortMin, rtpPortMax, logLevel, pcmMs, eventSize, transports;
        public IntPtr bind, userAgent, input, output; // UTF-8, as Text makes it
        public IntPtr onEvent, eventUser, onLog, logUser; // Marshal.GetFunctionPointerForDelegate
        public uint sipDscp, mediaDscp;
        public uint directReserve, directPerSource;
        public uint mediaTimeout, mediaLost;
        public uint maxConferences, focus;
        public IntPtr codecs;
        public uint qualitySeconds, reserved;
        public IntPtr rules; // a Rules in unmanaged memory
        public uint reliable, replaces;
        public uint ownOrder, singleCodec;
        public uint dtmf, dtmfMs;
        public uint sessionTimer, sessionExpires, minSe, sessionRefresher;
        public IntPtr ring;
        public uint dtmfGapMs, dtmfLevelDb;
        public uint maxMessages, messages, maxSubscriptions, refer, messagesReserve, messagesPerSource;
        public IntPtr infoPackages, reservedPackages;
        public uint maxWatchers, watchers, watcherDetails, notices;
        public static Config New() { return new Config { size = SizeOf<Config>(), eventSize = SizeOf<Event>() }; }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Account
    {
        public uint size, expires, registers, keepalive;
        public ulong tag;
        public IntPtr uri, registrar, proxy, username, password, displayName, realms, contactUser;
        public uint mediaAnyHost, mediaTimeout, mediaLost, transport;
        public IntPtr trusted, codecs, dialPlan, dialPrefix, emergency, rules;
        public uint privacy, dtmf;
        public IntPtr identity, headers, callHeaders, location;
        public uint reliable, dtmfLevelDb;
        public uint ownOrder, singleCodec;
        public uint sessionTimer, sessionExpires, minSe, sessionRefresher;
        public uint dtmfMs, dtmfGapMs;
        public uint messages, refer, replaces, watchers;
        public IntPtr infoPackages, reservedPackages;
        public uint watcherDetails, notices, publish, reservedPublish;
        public static Account New() { return new Account { size = SizeOf<Account>() }; }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Rules
    {
        public uint size, sameParty, callWaiting, maxCalls, anonymous, dnd, dndCode, forward, autoAnswer, forwardS, autoAnswerS, ringS, maxDurationS, single, redirect, decideMs;
        public IntPtr forwardTo, forwardBusyTo, forwardNoAnswerTo, autoAnswerFrom, deny, allow;
        public uint callbackS, reserved;
        public static Rules New() { return new Rules { size = SizeOf<Rules>() }; }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Options
    {
        public uint size, source;
        public ulong tag;
        public IntPtr displayName, headers, codecs, caller, identity, reason;
        public uint privacy, dtmf, reliable, locationUse;
        public IntPtr contacts, location;
        public uint sessionTimer, sessionExpires, minSe, sessionRefresher;
        public uint dtmfMs, dtmfGapMs, dtmfLevelDb, noProgress;
        public ulong refer, replaces;
        public IntPtr pickup, infoPackages;
        public static Options New() { return new Options { size = SizeOf<Options>() }; }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct DigitOptions
    {
        public uint size, dtmf, dtmfMs, dtmfGapMs, dtmfLevelDb, reserved;
        public static DigitOptions New() { return new DigitOptions { size = SizeOf<DigitOptions>() }; }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Sound
    {
        public uint size, loops, mode, reserved;
        public IntPtr path;
        public static Sound New() { return new Sound { size = SizeOf<Sound>() }; }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Tones
    {
        public uint size, play, refusalMs, reserved;
        public IntPtr country, ringPath;
        public static Tones New() { return new Tones { size = SizeOf<Tones>() }; }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Member
    {
        public uint size, silent, deaf, gainPercent, level, talking;
        public static Member New() { return new Member { size = SizeOf<Member>() }; }
    }

    /// <summary>A message to send: its texts and its body are UTF-8 in unmanaged memory, as Text makes it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Message
    {
        public uint size, len;
        public ulong tag;
        public IntPtr uri, contentType, body, headers, package, reserved;
        public uint notices, reservedNotices;
        public static Message New() { return new Message { size = SizeOf<Message>() }; }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct MessageInfo
    {
        public uint size, state;
        public ulong message, account, call, tag, beganUs;
        public uint incoming, len, sipCode;
        public int result;
        public uint refer, info, composing, notices, noticed, reserved;
        public static MessageInfo New() { return new MessageInfo { size = SizeOf<MessageInfo>() }; }
    }

    /// <summary>A state to watch.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Subscription
    {
        public uint size, package, expires, once;
        public ulong tag;
        public IntPtr uri, name, accept, headers;
        public static Subscription New() { return new Subscription { size = SizeOf<Subscription>() }; }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct SubscriptionInfo
    {
        public uint size, package;
        public ulong subscription, account, tag, expiresUs, notifiedUs;
        public uint state, lamp, value, entries, leftOut, sipCode;
        public int result;
        public uint cause;
        public ulong retryUs;
        public uint list, unread;
        public static SubscriptionInfo New() { return new SubscriptionInfo { size = SizeOf<SubscriptionInfo>() }; }
    }

    /// <summary>Somebody who watches us.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct WatcherInfo
    {
        public uint size, package;
        public ulong watcher, account, tag, expiresUs;
        public uint state, sipCode;
        public int result;
        public uint cause;
        public static WatcherInfo New() { return new WatcherInfo { size = SizeOf<WatcherInfo>() }; }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Entry
    {
        public uint size, lamp, activity, called, messageClass, newMessages, oldMessages, newUrgent, oldUrgent, resource;
        public static Entry New() { return new Entry { size = SizeOf<Entry>() }; }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct PhoneInfo
    {
        public uint size, calls, accounts, callsPossible, audioWanted, muted, volumeIn, volumeOut, features, ended, ringWanted, volumeRing;
        public static PhoneInfo New() { return new PhoneInfo { size = SizeOf<PhoneInfo>() }; }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct CallInfo
    {
        public uint size, state;
        public ulong account, call, tag, startedUs, ringingUs, connectedUs, endedUs;
        public uint incoming, sipCode;
        public int result;
        public uint source, muted, media, volumeIn, volumeOut, cause, endedBy;
        public ulong conference;
        public uint rule, transfer;
        public ulong sessionExpiresUs;
        public uint sessionExpires, sessionRefresher, alert, music;
        public ulong replaces, refer;
        public static CallInfo New() { return new CallInfo { size = SizeOf<CallInfo>() }; }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Stats
    {
        public uint size, confirmed;
        public ulong sent, received, lost, late, duplicate, reordered, concealedMs, silentUs;
        public uint jitterUs, rttUs, levelIn, levelOut, pcmUnderrun, pcmOverrun, remoteLost, remoteJitterUs, remoteLost256, playoutMs, strangers, malformed;
        public uint mosX100, mosLatelyX100, remoteMosX100, delayMs;
        public static Stats New() { return new Stats { size = SizeOf<Stats>() }; }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct AccountInfo
    {
        public uint size, state;
        public ulong account, tag, expiresUs;
        public uint sipCode;
        public int result;
        public ulong retryUs;
        public uint cause, publication;
        public ulong mailboxUs;
        public uint mailbox, newMessages;
        public ulong publicationUs, publicationRetryUs;
        public uint publicationCode;
        public int publicationResult;
        public static AccountInfo New() { return new AccountInfo { size = SizeOf<AccountInfo>() }; }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct OwnPresence
    {
        public uint size, state, activity, expires, onPhone, reserved;
        public IntPtr note;
        public static OwnPresence New() { return new OwnPresence { size = SizeOf<OwnPresence>() }; }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Counters
    {
        public uint size, malformed, strangers, unmatched, refusedFull, evictedEnded, refusedChallenges, strayMedia, oversize, lostEvents;
        public static Counters New() { return new Counters { size = SizeOf<Counters>() }; }
    }

    public delegate int TextGetter(byte[] buffer, uint capacity, out uint needed);

    [DllImport(Library, CallingConvention = C)] public static extern IntPtr microsip_version();
    [DllImport(Library, CallingConvention = C)] public static extern uint microsip_abi_version();
    [DllImport(Library, CallingConvention = C)] public static extern uint microsip_features();
    [DllImport(Library, CallingConvention = C)] public static extern IntPtr microsip_strerror(int result);

    [DllImport(Library, CallingConvention = C)] public static extern int microsip_create(uint abi, ref Config config, out ulong phone);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_shutdown(ulong phone, uint graceMs);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_destroy(ulong phone);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_last_error(byte[] buffer, uint capacity, out uint needed);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_event_next(ulong phone, ref Event happened, uint waitMs);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_event_descriptor_get(ulong phone, out IntPtr descriptor);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_log_set(ulong phone, uint level);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_log_next(ulong phone, ref Log log, byte[] buffer, uint capacity, uint waitMs);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_address_get(ulong phone, uint which, out Address address);

    [DllImport(Library, CallingConvention = C)] public static extern int microsip_info_get(ulong phone, ref PhoneInfo info);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_ids_get(ulong phone, uint kind, ulong owner, ulong[] ids, uint capacity, out uint needed);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_text_get(ulong phone, ulong id, uint which, uint index, byte[] buffer, uint capacity, out uint needed);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_counters_get(ulong phone, ref Counters counters);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_network_changed(ulong phone);

    [DllImport(Library, CallingConvention = C)] public static extern int microsip_account_add(ulong phone, ref Account account, out ulong id);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_account_update(ulong phone, ulong account, ref Account change);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_rules_set(ulong phone, ulong owner, ref Rules rules);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_rules_get(ulong phone, ulong owner, ref Rules filled);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_account_remove(ulong phone, ulong account);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_account_register(ulong phone, ulong account, ulong token);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_account_unregister(ulong phone, ulong account, ulong token);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_account_publish(ulong phone, ulong account, ref OwnPresence presence, ulong token);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_account_info_get(ulong phone, ulong account, ref AccountInfo info);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_account_mailbox_get(ulong phone, ulong account, uint index, ref Entry entry);

    [DllImport(Library, CallingConvention = C)] public static extern int microsip_dial(ulong phone, ulong account, byte[] uri, ref Options options, out ulong call);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_answer(ulong phone, ulong call, uint code, IntPtr options);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_reject(ulong phone, ulong call, uint code, IntPtr options);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_hangup(ulong phone, ulong call, IntPtr options);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_hangup_all(ulong phone);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_conference_create(ulong phone, ulong tag, out ulong conference);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_conference_member_set(ulong phone, ulong conference, ulong member, ref Member part);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_conference_member_remove(ulong phone, ulong conference, ulong member);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_conference_member_get(ulong phone, ulong conference, ulong member, ref Member part);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_message_send(ulong phone, ulong owner, ref Message message, ulong token, out ulong id);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_message_answer(ulong phone, ulong message, uint code);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_message_notice(ulong phone, ulong message, uint state);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_message_composing(ulong phone, ulong owner, byte[] uri, uint state);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_message_info_get(ulong phone, ulong message, ref MessageInfo info);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_body_get(ulong phone, ulong id, byte[] buffer, uint capacity, out uint needed);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_subscription_add(ulong phone, ulong account, ref Subscription subscription, out ulong id);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_subscription_remove(ulong phone, ulong subscription);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_subscription_info_get(ulong phone, ulong subscription, ref SubscriptionInfo info);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_subscription_entry_get(ulong phone, ulong subscription, uint index, ref Entry entry);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_watcher_answer(ulong phone, ulong watcher, uint code);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_watcher_info_get(ulong phone, ulong watcher, ref WatcherInfo info);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_mailbox_set(ulong phone, ulong account, ref Entry entry);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_tag_set(ulong phone, ulong call, ulong tag);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_call_info_get(ulong phone, ulong call, ref CallInfo info);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_call_stats_get(ulong phone, ulong call, ref Stats stats);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_call_quality_get(ulong phone, ulong call, [Out] uint[] mosX100, uint cap, out uint needed, out uint secondsEach);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_header_get(ulong phone, ulong call, uint which, byte[] name, uint nth, byte[] buffer, uint capacity, out uint needed);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_id_release(ulong phone, ulong id);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_digits(ulong phone, ulong call, byte[] digits, ref DigitOptions o, ulong token);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_digit_start(ulong phone, ulong call, uint digit, ref DigitOptions o, ulong token);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_digit_stop(ulong phone, ulong call);

    [DllImport(Library, CallingConvention = C)] public static extern int microsip_source_set(ulong phone, ulong call, uint source);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_identify(ulong phone, ulong call, byte[] caller, ulong token);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_music_set(ulong phone, ulong target, uint music, byte[] path);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_hold(ulong phone, ulong call, uint on, ulong token);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_transfer(ulong phone, ulong call, byte[] uri, ulong consult, IntPtr o, ulong token);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_transfer(ulong phone, ulong call, byte[] uri, ulong consult, ref Options o, ulong token);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_reoffer(ulong phone, ulong call, IntPtr media, ulong token);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_mute_set(ulong phone, ulong call, uint on);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_volume_set(ulong phone, ulong call, uint device, uint percent);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_tones_set(ulong phone, ref Tones tones);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_tone_start(ulong phone, uint tone);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_tone_stop(ulong phone, ulong target);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_tone_play(ulong phone, ulong target, uint tone, uint ms, ulong token);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_tones_get(ulong phone, ref Tones tones);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_sound_play(ulong phone, ulong target, ref Sound sound, ulong token);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_sound_stop(ulong phone, ulong call);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_record_start(ulong phone, ulong target, byte[] path, uint sides, ulong token);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_record_stop(ulong phone, ulong call);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_pcm_write(ulong phone, ulong call, short[] pcm, uint samples, uint waitMs, out uint taken);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_pcm_read(ulong phone, ulong call, short[] pcm, uint samples, uint waitMs, out uint got);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_device_scan(ulong phone, uint device, out uint count);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_device_set(ulong phone, uint device, byte[] id);

    /// <summary>NUL-terminated UTF-8, as every text goes in.</summary>
    public static byte[] Utf8(string text) { return Encoding.UTF8.GetBytes(text + "\0"); }

    /// <summary>Reads a text: its length first where the buffer is too small. Empty where there is none.</summary>
    public static string Read(TextGetter get)
    {
        var buffer = new byte[256];
        uint needed;
        int result = get(buffer, (uint)buffer.Length, out needed);
        if (result == EBuffer)
        {
            buffer = new byte[needed];
            result = get(buffer, needed, out needed);
        }
        int end = result == Ok ? Array.IndexOf(buffer, (byte)0) : 0;
        return Encoding.UTF8.GetString(buffer, 0, Math.Max(end, 0));
    }

    public static string TextOf(ulong phone, ulong id, uint which)
    {
        return Read((byte[] buffer, uint capacity, out uint needed) => microsip_text_get(phone, id, which, 0, buffer, capacity, out needed));
    }

    /// <summary>The reason for which this thread's latest call failed.</summary>
    public static string LastError() { return Read(microsip_last_error); }

    public static string Version() { return Marshal.PtrToStringAnsi(microsip_version()); }

    public static string Describe(int result) { return Marshal.PtrToStringAnsi(microsip_strerror(result)); }

    public static uint SizeOf<T>() { return (uint)Marshal.SizeOf(typeof(T)); }

    /// <summary>A text at a fixed address, for the members of structs; dispose of it when the function has returned.</summary>
    public sealed class Text : IDisposable
    {
        private GCHandle pinned;
        public Text(string text) { pinned = GCHandle.Alloc(Utf8(text), GCHandleType.Pinned); }
        public IntPtr Pointer { get { return pinned.AddrOfPinnedObject(); } }
        public void Dispose() { if (pinned.IsAllocated) pinned.Free(); }
    }

    /// <summary>A failed function as an exception, with the library's words.</summary>
    public sealed class Failure : Exception
    {
        public readonly int Code;
        public Failure(int code) : base(LastError()) { Code = code; }
    }

    /// <summary>Throws where the result is an error; hands it on otherwise.</summary>
    public static int Check(int result)
    {
        if (result < 0) throw new Failure(result);
        return result;
    }
}
