namespace CM.Runtime;

/// <summary>Checks of what the user gave, made before anything is computed.</summary>
internal static class Arguments
{
    /// <summary>Refuses numbers below 1.</summary>
    /// <param name="value">The number.</param>
    /// <param name="option">The option that it was given with, for the message.</param>
    /// <exception cref="UserError">It is 0 or less.</exception>
    public static int AtLeastOne(int value, string option) =>
        value >= 1 ? value : throw new UserError($"{option} {value}: a whole number from 1 on was expected.");

    /// <summary>Checks the name of a file that is to be written.</summary>
    /// <param name="path">The name that the user gave.</param>
    /// <param name="formats">The formats that are written, for the message: <c>weights are written as .safetensors</c>.</param>
    /// <param name="endings">Their endings.</param>
    /// <exception cref="UserError">Its ending is another, it is there already, or its folder is not there.</exception>
    public static string NewFile(string path, string formats, params string[] endings)
    {
        if (!endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
            throw new UserError($"{path}: {formats}; choose such a name.");
        if (Path.Exists(path))
            throw new UserError($"{path}: is there already; name a new file.");
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder && !Directory.Exists(folder))
            throw new UserError($"{path}: there is no folder {folder}; make it first, or name a file in another.");
        return path;
    }
}
