namespace CM.Runtime;

/// <summary>A safetensors file that is open for reading; its header is checked when it is opened.</summary>
internal sealed class SafetensorsFile : IDisposable
{
    private readonly Stream stream;

    /// <summary>Reads the header and takes the stream over.</summary>
    /// <param name="stream">The whole file; can seek.</param>
    /// <param name="name">The file's name, for messages.</param>
    /// <exception cref="UserError">The file is torn or is not a safetensors file.</exception>
    public SafetensorsFile(Stream stream, string name)
    {
        this.stream = stream;
        Name = name;
        Header = SafetensorsHeader.Read(stream, stream.Length, name);
    }

    /// <summary>The file's name.</summary>
    public string Name { get; }

    /// <summary>Entries.</summary>
    public SafetensorsHeader Header { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="UserError">The file cannot be read, is torn, or is not a safetensors file.</exception>
    public static SafetensorsFile Open(string path)
    {
        FileStream? stream = null;
        try
        {
            stream = File.OpenRead(path);
            return new SafetensorsFile(stream, path);
        }
        catch (Exception failure)
        {
            stream?.Dispose();
            if (failure is IOException or UnauthorizedAccessException)
                throw new UserError($"{path}: cannot be read ({failure.Message.TrimEnd('.')}).", failure);
            throw;
        }
    }

    /// <summary>Reads the bytes of a tensor.</summary>
    /// <param name="tensor">One of the header's.</param>
    /// <param name="bytes">Bytes, as many as the tensor has.</param>
    public void Read(SafetensorsEntry tensor, Span<byte> bytes)
    {
        stream.Position = Header.Length + tensor.Begin;
        stream.ReadExactly(bytes);
    }

    /// <summary>The whole file from its first byte on.</summary>
    public Stream Rewind()
    {
        stream.Position = 0;
        return stream;
    }

    public void Dispose() => stream.Dispose();
}
