using System.Runtime.InteropServices;

namespace CM.Runtime;

/// <summary>Ctrl-C or SIGTERM: the first asks the training to stop, the second ends the program as usual.</summary>
internal sealed class StopSignal : IDisposable
{
    private readonly List<PosixSignalRegistration> registrations = [];
    private volatile bool requested;

    public StopSignal()
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM])
            registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = !requested;
                requested = true;
            }));
    }

    /// <summary>Whether somebody asked to stop.</summary>
    public bool Requested => requested;

    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
    }
}
