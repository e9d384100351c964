using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace CM.Runtime;

/// <summary>
/// Reads a pickle (Python's <c>pickle</c>, protocols 0 to 5) without being able to run anything: it makes numbers, texts,
/// lists, dictionaries and tensors, and keeps what objects of torch's modules and EDM's persistent classes hold. Every
/// other name that the pickle would call is refused.
/// </summary>
/// <remarks>
/// Razorvine.Pickle 1.5 does not do: it makes an object of every class that it does not know, without a way to refuse
/// one, constructs dates, decimals and others for any pickle, calls <c>__setstate__</c> by reflection, and its
/// dictionaries lose their order, by which tensors are matched.
/// </remarks>
internal sealed class PickleReader
{
    private const int LargestMemo = 1 << 24;
    private static readonly object Mark = new();

    private readonly PickleInput input;
    private readonly string file;
    private readonly Func<object?[], PickledStorage> findStorage;
    private readonly List<object?> stack = [];
    private readonly Dictionary<long, object?> memo = [];

    private PickleReader(Stream stream, string file, Func<object?[], PickledStorage> findStorage)
    {
        input = new PickleInput(stream);
        this.file = file;
        this.findStorage = findStorage;
    }

    /// <summary>Reads one pickle; the stream stands behind it afterwards.</summary>
    /// <param name="stream">At its start; can seek.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="findStorage">Makes a storage from its persistent id.</param>
    /// <exception cref="UserError">It is damaged, or names something that is not allowed.</exception>
    public static object? Read(Stream stream, string file, Func<object?[], PickledStorage> findStorage) =>
        DataFile.Guard(file, () => new PickleReader(stream, file, findStorage).Run());

    private object? Run()
    {
        while (true)
        {
            var code = input.Byte();
            if (code == '.')
                return Pop();
            Step(code);
        }
    }

    private void Step(byte code)
    {
        switch (code)
        {
            case 0x80: // PROTO
                if (input.Byte() is var protocol and > 5)
                    throw new InvalidDataException($"pickle protocol {protocol} is unknown");
                break;
            case 0x95: // FRAME
                input.Bytes(8);
                break;
            case (byte)'(':
                Push(Mark);
                break;
            case (byte)'0':
                Pop();
                break;
            case (byte)'1':
                PopMark();
                break;
            case (byte)'2':
                Push(Peek());
                break;
            case (byte)'N':
                Push(null);
                break;
            case 0x88:
                Push(true);
                break;
            case 0x89:
                Push(false);
                break;
            case (byte)'I':
                Push(input.Line() switch { "00" => false, "01" => (object)true, var text => PickleInput.Whole(text) });
                break;
            case (byte)'L':
                Push(PickleInput.Whole(input.Line().TrimEnd('L')));
                break;
            case (byte)'J':
                Push((long)BinaryPrimitives.ReadInt32LittleEndian(input.Bytes(4)));
                break;
            case (byte)'K':
                Push((long)input.Byte());
                break;
            case (byte)'M':
                Push((long)BinaryPrimitives.ReadUInt16LittleEndian(input.Bytes(2)));
                break;
            case 0x8A:
                Push(PickleInput.Whole(input.Bytes(input.Byte())));
                break;
            case 0x8B:
                Push(PickleInput.Whole(input.Bytes(input.Length(4))));
                break;
            case (byte)'F':
                Push(double.Parse(input.Line(), NumberStyles.Float, CultureInfo.InvariantCulture));
                break;
            case (byte)'G':
                Push(BinaryPrimitives.ReadDoubleBigEndian(input.Bytes(8)));
                break;
            case (byte)'X' or (byte)'T':
                Push(input.Text(input.Length(4)));
                break;
            case 0x8C or (byte)'U':
                Push(input.Text(input.Byte()));
                break;
            case 0x8D:
                Push(input.Text(input.Length(8)));
                break;
            case (byte)'V' or (byte)'S':
                Push(input.Line().Trim('\'', '"'));
                break;
            case (byte)'B':
                Push(input.Bytes(input.Length(4)));
                break;
            case (byte)'C':
                Push(input.Bytes(input.Byte()));
                break;
            case 0x8E or 0x96:
                Push(input.Bytes(input.Length(8)));
                break;
            case (byte)')':
                Push(Array.Empty<object?>());
                break;
            case (byte)'t':
                Push(PopMark());
                break;
            case 0x85 or 0x86 or 0x87: // TUPLE1, TUPLE2, TUPLE3
                var tuple = new object?[code - 0x84];
                for (var i = tuple.Length - 1; i >= 0; i--)
                    tuple[i] = Pop();
                Push(tuple);
                break;
            case (byte)']' or 0x8F: // EMPTY_LIST, EMPTY_SET
                Push(new List<object?>());
                break;
            case (byte)'l' or 0x91: // LIST, FROZENSET
                Push(PopMark().ToList());
                break;
            case (byte)'a':
                var last = Pop();
                Top<List<object?>>("a list").Add(last);
                break;
            case (byte)'e' or 0x90: // APPENDS, ADDITEMS
                var more = PopMark();
                Top<List<object?>>("a list").AddRange(more);
                break;
            case (byte)'}':
                Push(new PickledDictionary());
                break;
            case (byte)'d':
                var pairs = PopMark();
                Push(new PickledDictionary());
                SetItems(pairs);
                break;
            case (byte)'s':
                var value = Pop();
                SetItems([Pop(), value]);
                break;
            case (byte)'u':
                SetItems(PopMark());
                break;
            case (byte)'c':
                Push(Name(input.Line(), input.Line()));
                break;
            case 0x93: // STACK_GLOBAL
                var name = Pop<string>("a name");
                Push(Name(Pop<string>("a name"), name));
                break;
            case (byte)'R':
                var arguments = Pop<object?[]>("arguments");
                Push(Call(Pop<PickledName>("a name").Name, arguments));
                break;
            case 0x81: // NEWOBJ
                Pop<object?[]>("arguments");
                Push(New(Pop<PickledName>("a class").Name));
                break;
            case 0x92: // NEWOBJ_EX
                Pop();
                Pop<object?[]>("arguments");
                Push(New(Pop<PickledName>("a class").Name));
                break;
            case (byte)'b':
                Build(Pop());
                break;
            case (byte)'p':
                Remember(long.Parse(input.Line(), CultureInfo.InvariantCulture));
                break;
            case (byte)'q':
                Remember(input.Byte());
                break;
            case (byte)'r':
                Remember(input.Length(4));
                break;
            case 0x94: // MEMOIZE
                Remember(memo.Count);
                break;
            case (byte)'g':
                Push(Remembered(long.Parse(input.Line(), CultureInfo.InvariantCulture)));
                break;
            case (byte)'h':
                Push(Remembered(input.Byte()));
                break;
            case (byte)'j':
                Push(Remembered(input.Length(4)));
                break;
            case (byte)'Q':
                Push(findStorage(Pop<object?[]>("a persistent id")));
                break;
            default:
                throw new InvalidDataException($"at byte {input.Place} there is 0x{code:X2}, "
                    + "which is no instruction of a pickle that is read here");
        }
    }

    /// <summary>Lets through what weights consist of, and refuses the rest before anything is done with it.</summary>
    private PickledName Name(string module, string name)
    {
        var full = $"{module}.{name}";
        return IsFunction(full) || IsClass(full) || TorchTypes.OfStorage(full) is not null || TorchTypes.OfNumber(full) is not null
            ? new PickledName(full)
            : throw new UserError($"{file}: would call {full}, which no weights need; only tensors, torch's modules and EDM's persistent "
                + "classes are read. Save a plain state dict: torch.save(model.state_dict(), …).");
    }

    private static bool IsFunction(string name) => name is
        "torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2"
        or "torch._utils._rebuild_parameter" or "torch._utils._rebuild_parameter_with_state"
        or "torch.storage._load_from_bytes" or "torch.Size" or "torch.device" or "torch_utils.persistence._reconstruct_persistent_obj"
        or "_codecs.encode" or "builtins.set" or "__builtin__.set" or "builtins.frozenset" or "__builtin__.frozenset";

    private static bool IsClass(string name) =>
        name is "collections.OrderedDict" or "dnnlib.util.EasyDict" or "torch.nn.parameter.Parameter"
        || name.StartsWith("torch.nn.modules.", StringComparison.Ordinal);

    private object? Call(string name, object?[] arguments) => (name, arguments) switch
    {
        ("collections.OrderedDict", []) => new PickledDictionary(),
        ("torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2",
            [PickledStorage storage, long offset, object?[] shape, object?[] strides, ..]) =>
            PickledTensor.Inside(storage, offset, Sizes(shape), Sizes(strides)),
        ("torch._utils._rebuild_parameter" or "torch._utils._rebuild_parameter_with_state", [PickledTensor tensor, ..]) => tensor,
        ("torch.storage._load_from_bytes", [byte[] bytes]) =>
            TorchFile.ReadOld(new MemoryStream(bytes), file) as PickledStorage
                ?? throw new InvalidDataException("a storage is packed in bytes that hold something else"),
        ("torch_utils.persistence._reconstruct_persistent_obj", [PickledDictionary meta]) => new PickledObject { State = meta["state"] },
        ("torch.Size", [object?[] sizes]) => sizes,
        ("torch.device", [string device, ..]) => device,
        ("_codecs.encode", [string text, string]) => Encoding.Latin1.GetBytes(text),
        ("builtins.set" or "__builtin__.set" or "builtins.frozenset" or "__builtin__.frozenset", [List<object?> elements]) => elements,
        _ when IsClass(name) => New(name),
        _ => throw new InvalidDataException($"{name} is called with {arguments.Length} arguments that it does not have"),
    };

    private static object New(string name) => name == "collections.OrderedDict" ? new PickledDictionary()
        : IsClass(name) ? new PickledObject()
        : throw new InvalidDataException($"{name} is no class");

    private static long[] Sizes(object?[] sizes) =>
        [
            .. sizes.Select(size => size is long and >= 0 and <= int.MaxValue
                ? (long)size
                : throw new InvalidDataException($"a tensor has the size {size ?? "None"}")),
        ];

    private void Build(object? state)
    {
        switch (Peek())
        {
            case PickledObject target:
                target.State = state is object?[] { Length: 2 } both ? both[0] : state;
                break;
            case PickledDictionary or PickledTensor:
                break; // attributes of an ordered dictionary: _metadata
            default:
                throw new InvalidDataException("something that is no object is given attributes");
        }
    }

    private void SetItems(object?[] items)
    {
        if (items.Length % 2 != 0)
            throw new InvalidDataException("a dictionary has a key without a value");
        var entries = Peek() switch
        {
            PickledDictionary dictionary => dictionary.Entries,
            PickledObject target => target.Items.Entries,
            _ => throw new InvalidDataException("entries are given to something that is no dictionary"),
        };
        for (var i = 0; i < items.Length; i += 2)
            entries.Add(KeyValuePair.Create(items[i], items[i + 1]));
    }

    private void Push(object? value) => stack.Add(value);

    private object? Peek() =>
        stack.Count > 0 && !ReferenceEquals(stack[^1], Mark) ? stack[^1] : throw new InvalidDataException("its stack is empty");

    private object? Pop()
    {
        var value = Peek();
        stack.RemoveAt(stack.Count - 1);
        return value;
    }

    private T Pop<T>(string what) =>
        Pop() is T value ? value : throw new InvalidDataException($"{what} was expected at byte {input.Place}");

    private T Top<T>(string what) =>
        Peek() is T value ? value : throw new InvalidDataException($"{what} was expected at byte {input.Place}");

    private object?[] PopMark()
    {
        var mark = stack.FindLastIndex(value => ReferenceEquals(value, Mark));
        if (mark < 0)
            throw new InvalidDataException("its stack has no mark");
        object?[] values = [.. stack[(mark + 1)..]];
        stack.RemoveRange(mark, stack.Count - mark);
        return values;
    }

    private void Remember(long place)
    {
        if (memo.Count >= LargestMemo)
            throw new InvalidDataException($"it remembers more than {LargestMemo:N0} things");
        memo[place] = Peek();
    }

    private object? Remembered(long place) =>
        memo.TryGetValue(place, out var value) ? value : throw new InvalidDataException($"it remembers nothing under {place}");
}
