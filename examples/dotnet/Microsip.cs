// The host family of microsip.h for C#, checked by hand (and by sizes.c, which compares the layout with the header's).
// Written for any .NET: C# 7, no function pointers, blittable structs, texts as NUL-terminated UTF-8. Rules that keep it safe:
//  - what returns static text (microsip_version, microsip_strerror) is declared IntPtr: as string, the marshaller would free it;
//  - a delegate given to the library is held in a static field as long as the phone lives: native code does not keep it alive;
//  - a callback never lets an exception out;
//  - or take no callbacks at all, and pull with microsip_next_event.
using System;
using System.Runtime.InteropServices;
using System.Text;

public static class Microsip
{
    private const string Library = "microsip";
    private const CallingConvention C = CallingConvention.Cdecl;

    public const uint AbiVersion = 0, Forever = 0xffffffff;
    public const int Ok = 0, Nothing = 1, ENull = -1, ESize = -2, EAbi = -3, EStale = -4, EKind = -5, EArg = -6, EText = -7, EBuffer = -8, EState = -9, EFull = -10,
        EClosed = -11, EPoisoned = -12, EReentry = -13, ENewer = -14, EUnsupported = -15, EForeign = -16, ECancelled = -17, EPortInUse = -101, EName = -102, EUnreachable = -103, ETimeout = -104, EMediaLost = -105,
        EUri = -201, ERefused = -202, EAuth = -203, EProtocol = -204, ENoPassword = -207, ERealm = -208, EScheme = -209, EChallenge = -210, ENoCodec = -301, EDevice = -401, EFile = -402, EFormat = -403;
    public const uint NullAudio = 1, NoNetwork = 2, AllowDirect = 4;
    public const uint Calling = 1, Incoming = 2, Early = 3, Connected = 4, Ended = 5;
    public const uint ByApplication = 1, ByRemote = 2, ByRule = 3, ByLibrary = 4;
    public const uint CauseNormal = 1, CauseBusy = 2, CauseDeclined = 3, CauseNoAnswer = 4, CauseCancelled = 5, CauseElsewhere = 6, CauseRedirected = 7,
        CauseTransferred = 8, CauseReplaced = 9, CauseNotFound = 10, CauseMedia = 11, CauseMediaLost = 12, CauseExpired = 13, CauseNetwork = 14, CauseAuth = 15,
        CauseServer = 16, CauseFull = 17, CauseShutdown = 18;
    public const uint Unregistered = 1, Registering = 2, Registered = 3, RegistrationFailed = 4;
    public const uint EventCall = 1, EventAccount = 2, EventDigit = 3, EventDone = 4, EventPlayed = 5, EventRecordFailed = 6, EventDevice = 7, EventLost = 9,
        EventClosed = 10, EventPoisoned = 11, EventMedia = 12, EventChallenge = 13;
    public const uint SourceDevice = 0, SourcePcm = 1, SourceEcho = 2, SourceSilence = 3;
    public const uint TextRemoteUri = 1, TextRemoteName = 2, TextLocalUri = 3, TextReason = 4, TextCallId = 5, TextCodec = 6, TextUserAgent = 7;
    public const uint DeviceInput = 1, DeviceOutput = 2;
    public const uint SidesMixed = 0, SidesStereo = 1, SidesSaid = 2, SidesHeard = 3;

    [StructLayout(LayoutKind.Sequential)]
    public struct Address
    {
        public ushort family, port;
        public uint scope;
        public ulong ipHigh, ipLow; // 16 bytes in network order
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Event
    {
        public uint size, type;
        public ulong phone, account, call, tag, token, timeUs;
        public uint state, reached, sipCode;
        public int result;
        public uint value, op, cause, endedBy;
        public static Event New() { return new Event { size = SizeOf<Event>() }; }
    }

    [UnmanagedFunctionPointer(C)]
    public delegate void EventHandler(IntPtr user, ref Event happened);
    [UnmanagedFunctionPointer(C)]
    public delegate void LogHandler(IntPtr user, uint level, IntPtr line);
    [UnmanagedFunctionPointer(C)]
    public delegate void TraceHandler(IntPtr user, uint sent, ref Address peer, IntPtr message, uint length);

    [StructLayout(LayoutKind.Sequential)]
    public struct Config
    {
        public uint size, maxCalls, maxAccounts, maxMessage, rate, flags, rtpPortMin, rtpPortMax, logLevel, pcmMs, eventSize, reserved;
        public IntPtr bind, userAgent, input, output; // UTF-8, as Text makes it
        public IntPtr onEvent, eventUser, onLog, logUser, onTrace, traceUser; // Marshal.GetFunctionPointerForDelegate
        public uint sipDscp, mediaDscp;
        public uint directReserve, directPerSource;
        public uint mediaTimeout, mediaLost;
        public static Config New() { return new Config { size = SizeOf<Config>(), eventSize = SizeOf<Event>() }; }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Account
    {
        public uint size, expires, noRegister, keepalive;
        public ulong tag;
        public IntPtr uri, registrar, proxy, username, password, displayName, realms, contactUser;
        public uint mediaAnyHost, mediaTimeout, mediaLost, reserved2;
        public IntPtr trusted;
        public static Account New() { return new Account { size = SizeOf<Account>() }; }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct DialOptions
    {
        public uint size, source;
        public ulong tag;
        public IntPtr displayName, headers;
        public static DialOptions New() { return new DialOptions { size = SizeOf<DialOptions>() }; }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct CallInfo
    {
        public uint size, state;
        public ulong account, call, tag, startedUs, connectedUs, endedUs;
        public uint incoming, sipCode;
        public int result;
        public uint source, muted, held, media, reserved, cause, endedBy;
        public static CallInfo New() { return new CallInfo { size = SizeOf<CallInfo>() }; }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct CallStats
    {
        public uint size, confirmed;
        public ulong sent, received, lost, late, duplicate, reordered, concealedMs, silentUs;
        public uint jitterUs, rttUs, levelIn, levelOut, pcmUnderrun, pcmOverrun, remoteLost, remoteJitterUs, remoteFractionLost, ringMs, strangers, malformed;
        public static CallStats New() { return new CallStats { size = SizeOf<CallStats>() }; }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct AccountInfo
    {
        public uint size, state;
        public ulong account, tag, expiresUs;
        public uint sipCode;
        public int result;
        public static AccountInfo New() { return new AccountInfo { size = SizeOf<AccountInfo>() }; }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Counters
    {
        public uint size, malformed, strangers, unmatched, refusedFull, evictedCalls, refusedChallenges, strayMedia, oversize, reserved;
        public static Counters New() { return new Counters { size = SizeOf<Counters>() }; }
    }

    public delegate int TextGetter(byte[] buffer, uint capacity, out uint needed);

    [DllImport(Library, CallingConvention = C)] public static extern IntPtr microsip_version();
    [DllImport(Library, CallingConvention = C)] public static extern uint microsip_abi_version();
    [DllImport(Library, CallingConvention = C)] public static extern IntPtr microsip_strerror(int result);

    [DllImport(Library, CallingConvention = C)] public static extern int microsip_create(uint abi, ref Config config, out ulong phone);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_shutdown(ulong phone, uint graceMs);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_destroy(ulong phone);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_last_error(byte[] buffer, uint capacity, out uint needed);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_next_event(ulong phone, ref Event happened, uint waitMs);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_event_descriptor(ulong phone, out IntPtr descriptor);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_local_address(ulong phone, uint v6, out Address address);

    [DllImport(Library, CallingConvention = C)] public static extern int microsip_counters_get(ulong phone, ref Counters counters);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_network_changed(ulong phone);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_calls_possible(ulong phone, out uint calls);

    [DllImport(Library, CallingConvention = C)] public static extern int microsip_account_add(ulong phone, ref Account account, out ulong id);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_account_remove(ulong phone, ulong account);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_register(ulong phone, ulong account, ulong token);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_unregister(ulong phone, ulong account, ulong token);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_accounts(ulong phone, ulong[] ids, uint capacity, out uint needed);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_account_info_get(ulong phone, ulong account, ref AccountInfo info);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_account_text(ulong phone, ulong account, uint which, byte[] buffer, uint capacity, out uint needed);

    [DllImport(Library, CallingConvention = C)] public static extern int microsip_dial(ulong phone, ulong account, byte[] uri, ref DialOptions options, out ulong call);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_answer(ulong phone, ulong call, uint code);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_reject(ulong phone, ulong call, uint code);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_hangup(ulong phone, ulong call);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_hangup_all(ulong phone);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_call_tag(ulong phone, ulong call, ulong tag);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_calls(ulong phone, ulong[] ids, uint capacity, out uint needed);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_call_info_get(ulong phone, ulong call, ref CallInfo info);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_call_stats_get(ulong phone, ulong call, ref CallStats stats);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_call_text(ulong phone, ulong call, uint which, byte[] buffer, uint capacity, out uint needed);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_call_header(ulong phone, ulong call, uint which, byte[] name, uint nth, byte[] buffer, uint capacity, out uint needed);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_id_release(ulong phone, ulong id);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_digits(ulong phone, ulong call, byte[] digits, ulong token);

    [DllImport(Library, CallingConvention = C)] public static extern int microsip_source(ulong phone, ulong call, uint source);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_mute(ulong phone, ulong call, uint on);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_volume(ulong phone, ulong call, uint device, uint percent);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_play(ulong phone, ulong call, byte[] path, uint loops, out ulong token);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_play_check(ulong phone, byte[] path);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_play_stop(ulong phone, ulong call);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_record(ulong phone, ulong call, byte[] path, uint sides);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_record_stop(ulong phone, ulong call);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_pcm_write(ulong phone, ulong call, short[] pcm, uint samples, uint waitMs, out uint taken);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_pcm_read(ulong phone, ulong call, short[] pcm, uint samples, uint waitMs, out uint got);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_devices(ulong phone, uint device, out uint count);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_device_text(ulong phone, uint device, uint index, uint wantName, byte[] buffer, uint capacity, out uint needed);
    [DllImport(Library, CallingConvention = C)] public static extern int microsip_set_device(ulong phone, uint device, byte[] id);

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

    public static string CallText(ulong phone, ulong call, uint which)
    {
        return Read((byte[] buffer, uint capacity, out uint needed) => microsip_call_text(phone, call, which, buffer, capacity, out needed));
    }

    /// <summary>Why this thread's latest call failed.</summary>
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
