namespace CM.Runtime;

/// <summary>
/// The binary version of CIFAR-10: for each image a byte with its class, then 3×32×32 bytes, red, green, blue (Krizhevsky 2009).
/// </summary>
/// <param name="Labels">The class of each image.</param>
/// <param name="Pixels">All images, <c>[count, 3, 32, 32]</c>.</param>
internal sealed record CifarFile(int[] Labels, byte[] Pixels)
{
    public const string Folder = "cifar-10-batches-bin";
    public const string Archive = "cifar-10-binary.tar.gz";

    private const int ImageBytes = 3 * 32 * 32;
    private static readonly string[] Names = [.. Enumerable.Range(1, 5).Select(number => $"data_batch_{number}.bin")];

    /// <summary>Reads the training images.</summary>
    /// <param name="path">The folder or the archive.</param>
    /// <exception cref="UserError">A file is missing or damaged.</exception>
    public static CifarFile Read(string path)
    {
        var batches = Directory.Exists(path)
            ? Names.Where(name => File.Exists(Path.Combine(path, name)))
                .ToDictionary(name => name, name => DataFile.ReadBytes(Path.Combine(path, name)))
            : DataFile.Read(path, (stream, _) => TarFile.Read(stream, Names.Contains)
                .DistinctBy(file => file.Name).ToDictionary(file => file.Name, file => file.Bytes));
        if (Names.FirstOrDefault(name => !batches.ContainsKey(name)) is { } missing)
            throw new UserError($"{path}: {missing} is missing; fetch it again with: {ProgramName.Command("data", "fetch", "cifar10")}");
        foreach (var name in Names)
            if (batches[name].Length is var length && (length == 0 || length % (1 + ImageBytes) != 0))
                throw new UserError($"{path}: {name} has {length:N0} bytes, which is not a whole number of images "
                    + $"of {1 + ImageBytes:N0} bytes.");

        var count = Names.Sum(name => batches[name].Length / (1 + ImageBytes));
        var file = new CifarFile(new int[count], new byte[count * ImageBytes]);
        var image = 0;
        foreach (var record in Names.SelectMany(name => batches[name].Chunk(1 + ImageBytes)))
        {
            file.Labels[image] = record[0];
            record.AsSpan(1).CopyTo(file.Pixels.AsSpan(image++ * ImageBytes));
        }
        return file;
    }
}
