namespace CM.Driver;

/// <summary>The checkout of the repository, and the folder <c>.cm</c> in it, which keeps the state between calls.</summary>
internal sealed class Workspace
{
    private const string Solution = "DslCM.sln";
    private const int BetweenTries = 100, TriesInSilence = 20;

    public Workspace(string root)
    {
        Root = root;
        State = Directory.CreateDirectory(Path.Combine(root, ".cm")).FullName;
    }

    public string Root { get; }

    public string State { get; }

    /// <summary>Finds the checkout around a folder.</summary>
    public static Workspace Find(string folder)
    {
        for (var parent = new DirectoryInfo(folder); parent is not null; parent = parent.Parent)
            if (File.Exists(Path.Combine(parent.FullName, Solution)))
                return new(parent.FullName);
        throw new UserError($"{folder} lies in no checkout of DslCM: there is no {Solution} in a folder above it");
    }

    /// <summary>Says on standard error, which leaves standard output to the command.</summary>
    public static void Say(string line) => Console.Error.WriteLine($"cm: {line}");

    /// <summary>Waits until no other call of <c>cm</c> builds in this checkout.</summary>
    /// <returns>The lock, held until it is disposed.</returns>
    public IDisposable Lock()
    {
        var file = Path.Combine(State, "lock");
        for (var tries = 1; ; tries++)
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(file))
            {
                if (tries == TriesInSilence)
                    Say("waiting for another cm, which builds here");
                Thread.Sleep(BetweenTries);
            }
    }
}
