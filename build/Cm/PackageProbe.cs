namespace CM.Driver;

/// <summary>Restores a package in a project of its own, in the version of Directory.Packages.props.</summary>
/// <param name="workspace">The checkout.</param>
internal sealed class PackageProbe(Workspace workspace)
{
    /// <summary>The reason why a package does not restore; null where it does.</summary>
    public string? Failure(string package)
    {
        var folder = Directory.CreateDirectory(Path.Combine(workspace.State, "probe")).FullName;
        try
        {
            var project = Path.Combine(folder, "probe.csproj");
            File.WriteAllText(project, $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <ItemGroup>
                    <PackageReference Include="{package}" />
                  </ItemGroup>
                </Project>
                """);
            return MSBuild.Run(workspace, "probe.log", "restore", project)?
                .Select(MSBuild.WithoutPlace)
                .FirstOrDefault("dotnet restore failed (the whole log: .cm/probe.log)");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
