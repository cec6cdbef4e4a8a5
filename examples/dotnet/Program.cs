// Dials an echo and listens: a tone goes out and must come back. Without an argument the echo is a second phone in this process, driven by
// callbacks from the library's thread, with a forced collection in each of them; the caller pulls its events. With an argument (a SIP URI)
// that is dialled instead. `Program.exe --layout` prints the sizes and offsets of the structs, `--constants`
// the constants, for comparison with the header's.
using System;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Threading;

public static class Program
{
    private const int Rate = 8000;
    private const double Hertz = 440;

    public static int Main(string[] arguments)
    {
        try
        {
            if (arguments.Length > 0 && arguments[0] == "--layout") return Layout();
            if (arguments.Length > 0 && arguments[0] == "--constants") return Constants();
            Console.WriteLine("microsip {0}, ABI {1}, under {2}", Microsip.Version(), Microsip.microsip_abi_version(), Environment.Version);
            if (arguments.Length > 0) return Call(arguments[0]);
            using (var echo = new Echo()) return Call(string.Format("sip:echo@127.0.0.1:{0}", echo.Port)) + echo.Check();
        }
        catch (Microsip.Failure failure)
        {
            Console.Error.WriteLine("{0} ({1})", failure.Message, failure.Code);
            return 1;
        }
    }

    /// <summary>One call by pulling: no delegate, nothing that a collector could take away.</summary>
    private static int Call(string target)
    {
        var config = Microsip.Config.New();
        config.flags = Microsip.NullAudio | Microsip.AllowDirect;
        ulong phone, call;
        using (var bind = new Microsip.Text("127.0.0.1:0"))
        using (var agent = new Microsip.Text("Büro/1.0"))
        {
            config.bind = bind.Pointer;
            config.userAgent = agent.Pointer;
            Microsip.Check(Microsip.microsip_create(Microsip.AbiVersion, ref config, out phone));
        }
        try
        {
            var options = Microsip.Options.New();
            options.source = Microsip.SrcPcm;
            options.tag = 42;
            using (var name = new Microsip.Text("Büro"))
            {
                options.displayName = name.Pointer;
                Microsip.Check(Microsip.microsip_dial(phone, 0, Microsip.Utf8(target), ref options, out call));
            }
            var happened = Microsip.Event.New();
            var voice = (Thread)null;
            var heard = 0;
            while (Microsip.Check(Microsip.microsip_event_next(phone, ref happened, 15000)) == Microsip.Ok)
            {
                if (happened.subject != call || happened.tag != 42) continue;
                if (happened.type == Microsip.EvDone) Console.WriteLine("digits sent");
                if (happened.type != Microsip.EvCall) continue;
                Console.WriteLine("call: state {0}, SIP {1}", happened.state, happened.sipCode);
                if (happened.state == Microsip.Connected && voice == null)
                {
                    Console.WriteLine("codec {0}, far end {1}", Microsip.TextOf(phone, call, Microsip.TxtCodec), Microsip.TextOf(phone, call, Microsip.TxtRemoteUri));
                    var digits = Microsip.DigitOptions.New();
                    digits.dtmfMs = 100;
                    Microsip.Check(Microsip.microsip_digits(phone, call, Microsip.Utf8("12#"), ref digits, 1));
                    voice = new Thread(() => heard = Talk(phone, call));
                    voice.Start();
                }
                if (happened.state == Microsip.Ended)
                {
                    var stats = Microsip.Stats.New();
                    Microsip.Check(Microsip.microsip_call_stats_get(phone, call, ref stats));
                    if (voice != null) voice.Join();
                    Console.WriteLine("ended: {0}; {1} packets sent, {2} received; {3} Hz came back for {4} ms", Microsip.Describe(happened.result), stats.sent, stats.received, Hertz, heard);
                    return heard >= 500 && happened.result == Microsip.Ok ? 0 : 1;
                }
            }
            Console.Error.WriteLine("the call was not over after 15 s");
            return 1;
        }
        finally
        {
            Microsip.microsip_destroy(phone);
        }
    }

    /// <summary>Plays a tone for two seconds and counts the milliseconds in which it comes back; then hangs up.</summary>
    private static int Talk(ulong phone, ulong call)
    {
        var mouth = new short[160];
        var ear = new short[160];
        var window = new short[800];
        int filled = 0, windows = 0;
        long position = 0;
        for (int i = 0; i < 100; i++)
        {
            for (int s = 0; s < mouth.Length; s++) mouth[s] = (short)(12000 * Math.Sin(2 * Math.PI * Hertz * position++ / Rate));
            uint taken, got;
            if (Microsip.microsip_pcm_write(phone, call, mouth, (uint)mouth.Length, 100, out taken) < 0) break;
            if (Microsip.microsip_pcm_read(phone, call, ear, (uint)ear.Length, 20, out got) != Microsip.Ok) got = 0;
            for (int s = 0; s < got; s++)
            {
                window[filled++] = ear[s];
                if (filled < window.Length) continue;
                filled = 0;
                if (IsTone(window)) windows++;
            }
        }
        Microsip.microsip_hangup(phone, call, IntPtr.Zero);
        return windows * window.Length * 1000 / Rate;
    }

    /// <summary>Goertzel's filter: most of the window's energy is at our frequency.</summary>
    private static bool IsTone(short[] window)
    {
        double coefficient = 2 * Math.Cos(2 * Math.PI * Hertz / Rate), one = 0, two = 0, total = 0;
        foreach (short sample in window)
        {
            double next = sample + coefficient * one - two;
            two = one;
            one = next;
            total += (double)sample * sample;
        }
        double power = (one * one + two * two - coefficient * one * two) * 2 / window.Length;
        return total / window.Length > 90000 && power / total > 0.75;
    }

    private static int Constants()
    {
        foreach (var field in typeof(Microsip).GetFields(BindingFlags.Public | BindingFlags.Static))
            if (field.IsLiteral) Console.WriteLine("{0} {1}", field.Name, field.GetRawConstantValue());
        return 0;
    }

    private static int Layout()
    {
        foreach (var type in new[] { typeof(Microsip.Address), typeof(Microsip.Event), typeof(Microsip.Config), typeof(Microsip.Account), typeof(Microsip.Rules), typeof(Microsip.Options), typeof(Microsip.DigitOptions),
            typeof(Microsip.Member), typeof(Microsip.Sound), typeof(Microsip.Tones), typeof(Microsip.PhoneInfo),
            typeof(Microsip.CallInfo), typeof(Microsip.Stats), typeof(Microsip.AccountInfo), typeof(Microsip.OwnPresence), typeof(Microsip.Counters), typeof(Microsip.Message), typeof(Microsip.MessageInfo),
            typeof(Microsip.Subscription), typeof(Microsip.SubscriptionInfo), typeof(Microsip.WatcherInfo), typeof(Microsip.Entry), typeof(Microsip.Log) })
        {
            Console.Write("{0} {1}:", type.Name, Marshal.SizeOf(type));
            foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Instance))
                Console.Write(" {0}", Marshal.OffsetOf(type, field.Name));
            Console.WriteLine();
        }
        return 0;
    }
}

/// <summary>A phone that echoes every call, by callbacks.</summary>
public sealed class Echo : IDisposable
{
    // One static delegate for all phones, and a handle as the user pointer: the collector can take neither while native code knows them.
    private static readonly Microsip.EventHandler Handler = OnEvent;
    private GCHandle self;
    private readonly ulong phone;
    private string digits = "", name = "";
    private int incoming, ended;

    public Echo()
    {
        self = GCHandle.Alloc(this);
        var config = Microsip.Config.New();
        config.flags = Microsip.NullAudio | Microsip.AllowDirect;
        config.onEvent = Marshal.GetFunctionPointerForDelegate(Handler);
        config.eventUser = GCHandle.ToIntPtr(self);
        ulong id = 0;
        var result = 0;
        var error = "";
        // Made on a thread that is gone afterwards: a delegate without a reference would be collected then.
        var maker = new Thread(() =>
        {
            using (var bind = new Microsip.Text("127.0.0.1:0"))
            {
                config.bind = bind.Pointer;
                result = Microsip.microsip_create(Microsip.AbiVersion, ref config, out id);
                if (result < 0) error = Microsip.LastError();
            }
        });
        maker.Start();
        maker.Join();
        if (result < 0) throw new InvalidOperationException(error);
        phone = id;
        Collect();
    }

    public int Port
    {
        get
        {
            Microsip.Address address;
            Microsip.Check(Microsip.microsip_address_get(phone, Microsip.AddressV4, out address));
            return address.port;
        }
    }

    /// <summary>0 when one call came, gave its digits and ended.</summary>
    public int Check()
    {
        for (int i = 0; i < 100 && Thread.VolatileRead(ref ended) == 0; i++) Thread.Sleep(20);
        Console.WriteLine("echo: {0} call, from {1}, digits {2}", incoming, name, digits);
        return incoming == 1 && ended == 1 && digits == "12#" && name == "Büro" ? 0 : 1;
    }

    public void Dispose()
    {
        Microsip.microsip_destroy(phone); // waits for a running callback
        self.Free();
    }

    private static void OnEvent(IntPtr user, ref Microsip.Event happened)
    {
        try
        {
            Collect();
            ((Echo)GCHandle.FromIntPtr(user).Target).Happened(ref happened);
            Collect();
        }
        catch (Exception error)
        {
            Console.Error.WriteLine(error); // never into native code
        }
    }

    private void Happened(ref Microsip.Event happened)
    {
        if (happened.type == Microsip.EvDigit) digits += (char)happened.value;
        if (happened.type != Microsip.EvCall) return;
        if (happened.state == Microsip.Incoming)
        {
            incoming++;
            name = Microsip.TextOf(happened.phone, happened.subject, Microsip.TxtRemoteName);
            Microsip.Check(Microsip.microsip_source_set(happened.phone, happened.subject, Microsip.SrcEcho));
            Microsip.Check(Microsip.microsip_answer(happened.phone, happened.subject, 200, IntPtr.Zero));
        }
        if (happened.state == Microsip.Ended) Interlocked.Exchange(ref ended, 1);
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}
