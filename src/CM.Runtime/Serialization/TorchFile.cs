using System.Buffers.Binary;
using System.Numerics;

namespace CM.Runtime;

/// <summary>
/// Reads what PyTorch saves: zip files with a pickle and a file for each storage, the older form in which these follow each other, and
/// plain pickles such as EDM's. Gives every tensor with the dotted name under which it would stand in a state dict.
/// </summary>
internal static class TorchFile
{
    private const int DeepestNesting = 64;
    private const int MostNodes = 1 << 20;
    private static readonly BigInteger OldMagic = BigInteger.Parse("119547037146038801333356"); // 0x1950a86a20f9469cfc6c

    /// <summary>Reads all tensors of a file.</summary>
    /// <exception cref="UserError">It is damaged, or would have to run something to be read.</exception>
    public static IReadOnlyList<NamedTensor> Read(string path) => DataFile.Guard(path, () =>
    {
        object? root;
        if (IsZip(path))
            root = ReadZip(path);
        else
            using (var stream = File.OpenRead(path))
                root = ReadOld(stream, path);
        var tensors = new List<NamedTensor>();
        var nodes = 0;
        Collect(root, "", 0, tensors, ref nodes);
        if (tensors.Count == 0)
            throw new UserError($"{path}: there is no tensor in it.");
        if (tensors.GroupBy(tensor => tensor.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new UserError($"{path}: there are two tensors '{twice.Key}'.");
        return tensors;
    });

    /// <summary>
    /// Reads a plain pickle, or what torch saved before it used zip files: magic, version and system, then the object, then the storages.
    /// </summary>
    /// <param name="stream">The file; can seek.</param>
    /// <param name="file">Its name, for messages.</param>
    public static object? ReadOld(Stream stream, string file)
    {
        var first = PickleReader.Read(stream, file, Refuse);
        if (first is not BigInteger magic || magic != OldMagic)
            return first;
        if (PickleReader.Read(stream, file, Refuse) is not 1001L)
            throw new UserError($"{file}: a version of torch's old format that is unknown; save it again with torch.save.");
        PickleReader.Read(stream, file, Refuse);
        var storages = new Dictionary<string, PickledStorage>();
        var root = PickleReader.Read(stream, file, id => Storage(id, storages));
        if (PickleReader.Read(stream, file, Refuse) is not List<object?> keys)
            throw new UserError($"{file}: damaged, its list of storages is missing.");
        var count = new byte[sizeof(long)];
        foreach (var key in keys)
        {
            if (key is not string name || !storages.TryGetValue(name, out var storage))
                throw new UserError($"{file}: damaged, it has a storage that no tensor looks into.");
            stream.ReadExactly(count);
            var length = storage.Count * SafetensorsEntry.BytesOf(storage.Type)!.Value;
            if (BinaryPrimitives.ReadInt64LittleEndian(count) != storage.Count || length > stream.Length - stream.Position)
                throw new UserError($"{file}: damaged, storage {name} has not the {storage.Count:N0} numbers that its tensors need.");
            var bytes = new byte[length];
            stream.ReadExactly(bytes);
            storage.Read = () => bytes;
        }
        return storages.Values.All(storage => storage.Read is not null)
            ? root
            : throw new UserError($"{file}: truncated, storages are missing at its end.");

        PickledStorage Refuse(object?[] id) => throw new UserError($"{file}: a pickle with persistent ids, which is not one of torch's.");
    }

    private static object? ReadZip(string path)
    {
        var files = FileSet.Open(path); // stays open: tensors are read when they are needed
        static bool IsPickle(string name) => name == "data.pkl" || name.EndsWith("/data.pkl", StringComparison.Ordinal);
        if (files.Names.FirstOrDefault(IsPickle) is not { } pickle)
            throw new UserError($"{path}: a zip file without data.pkl, so torch did not save it.");
        var folder = pickle[..^"data.pkl".Length];
        if (files.Names.Contains(folder + "byteorder") && files.Read(folder + "byteorder") is not [(byte)'l', ..])
            throw new UserError($"{path}: its numbers are big-endian; save it on another machine.");
        var storages = new Dictionary<string, PickledStorage>();
        return PickleReader.Read(new MemoryStream(files.Read(pickle)), files.NameOf(pickle), id =>
        {
            var storage = Storage(id, storages);
            var name = $"{folder}data/{(string)id[2]!}";
            storage.Read ??= () => files.Names.Contains(name)
                && files.Read(name) is var bytes
                && bytes.Length == storage.Count * SafetensorsEntry.BytesOf(storage.Type)
                ? bytes
                : throw new UserError($"{files.NameOf(name)}: missing, or not of the {storage.Count:N0} numbers that its tensors need.");
            return storage;
        });
    }

    /// <summary>The storage of a persistent id ('storage', class, key, place, count, …).</summary>
    private static PickledStorage Storage(object?[] id, Dictionary<string, PickledStorage> storages)
    {
        if (id is not ["storage", PickledName kind, string key, string, long and >= 0 and var count, ..]
            || TorchTypes.OfStorage(kind.Name) is not { } type || count > Array.MaxLength)
            throw new InvalidDataException("a persistent id is not ('storage', type, key, place, count)");
        if (id.Length > 5 && id[5] is not null)
            throw new InvalidDataException("a storage is a view of another, as torch saved before version 0.4");
        if (!storages.TryGetValue(key, out var storage))
            storages.Add(key, storage = new PickledStorage(type, count));
        return storage.Type == type && storage.Count == count
            ? storage
            : throw new InvalidDataException($"storage {key} has two types or sizes");
    }

    private static void Collect(object? value, string name, int depth, List<NamedTensor> tensors, ref int nodes)
    {
        if (value is not (PickledTensor or PickledDictionary or PickledObject or List<object?> or object?[]))
            return;
        if (depth > DeepestNesting || ++nodes > MostNodes)
            throw new InvalidDataException("its objects are nested without an end");
        switch (value)
        {
            case PickledTensor tensor:
                tensors.Add(new NamedTensor(name, tensor.Storage.Type, tensor.Shape, () => Dense(tensor)));
                break;
            case PickledDictionary dictionary:
                foreach (var (key, inner) in dictionary.Entries)
                    if (key is string or long or double)
                        Collect(inner, Join(name, key), depth + 1, tensors, ref nodes);
                break;
            case PickledObject { State: PickledDictionary state } module when state["_modules"] is PickledDictionary modules:
                Collect(state["_parameters"], name, depth + 1, tensors, ref nodes);
                var hidden = state["_non_persistent_buffers_set"] as List<object?> ?? [];
                if (state["_buffers"] is PickledDictionary buffers)
                    foreach (var (key, buffer) in buffers.Entries)
                        if (key is string && !hidden.Any(each => each is string other && other == (string)key))
                            Collect(buffer, Join(name, key), depth + 1, tensors, ref nodes);
                Collect(modules, name, depth + 1, tensors, ref nodes);
                break;
            case PickledObject { Items.Entries.Count: > 0 } target:
                Collect(target.Items, name, depth + 1, tensors, ref nodes);
                break;
            case IEnumerable<object?> list:
                foreach (var (index, inner) in list.Index())
                    Collect(inner, Join(name, index), depth + 1, tensors, ref nodes);
                break;
        }

        static string Join(string name, object key) => name.Length == 0 ? $"{key}" : $"{name}.{key}";
    }

    /// <summary>The numbers of a tensor one after the other.</summary>
    private static byte[] Dense(PickledTensor tensor)
    {
        var size = SafetensorsEntry.BytesOf(tensor.Storage.Type)!.Value;
        var storage = (tensor.Storage.Read ?? throw new InvalidDataException("a storage was never read"))();
        var count = tensor.Shape.Aggregate(1L, (product, axis) => product * axis);
        var bytes = new byte[count * size];
        var place = new long[tensor.Shape.Length];
        for (long i = 0, from = tensor.Offset; i < count; i++)
        {
            storage.AsSpan((int)(from * size), size).CopyTo(bytes.AsSpan((int)(i * size)));
            for (var axis = place.Length - 1; axis >= 0; axis--)
            {
                from += tensor.Strides[axis];
                if (++place[axis] < tensor.Shape[axis])
                    break;
                from -= place[axis] * tensor.Strides[axis];
                place[axis] = 0;
            }
        }
        return bytes;
    }

    private static bool IsZip(string path)
    {
        using var stream = File.OpenRead(path);
        return stream.ReadByte() == 'P' && stream.ReadByte() == 'K';
    }
}
